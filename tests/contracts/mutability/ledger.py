"""The record."""

APPEND_ONLY = {"ledger.Checkpoint", "ledger.Entry", "ledger.Node"}
GUARDED = {
    # An event goes when its retention has ended; the head only grows.
    "ledger.Event": ("kept", "no_truncate"),
    "ledger.Head": ("grows", "no_truncate"),
}
MUTABLE = {"ledger.Counter": "Counts references; what they name is recorded elsewhere."}
