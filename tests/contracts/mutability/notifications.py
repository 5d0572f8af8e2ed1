"""Which rows of notifications may change."""

MUTABLE = {
    "notifications.Notice": "it is marked read; read ones are removed after two years",
    "notifications.Message": "delivery notes its attempts in it, each by compare and swap; its text is removed in time",
    "notifications.Mail": "the demonstration's mailbox; old mail is removed",
    "notifications.SweepRun": "the last run of each sweep, overwritten by the next",
}
