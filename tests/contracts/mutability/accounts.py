"""People and organisations."""

LIFECYCLE = {
    "accounts.Organisation",
    "accounts.Membership",
    "accounts.Appointment",
    "accounts.Invitation",
    "accounts.Gateway",
    "accounts.Delegation",
}
MUTABLE = {"accounts.User": "People change their name, address, password and language."}
