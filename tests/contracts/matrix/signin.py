"""Pages of the sign-in library and of the identity provider for gateways."""

from tests.contracts.matrix import explicit, public, row

# A visitor in the midst of signing in is led back to its beginning; who is signed in already, home.
MID_LOGIN = explicit(everyone="ok|sign-in|404")
# Machines talk to these with their own credentials: without them, 400 or 401 as the standard says.
OAUTH = explicit(everyone="ok|401|405")
GONE = explicit(everyone="404|405|sign-in")

ROWS = [
    row("account_login", public(), public()),
    row("account_signup", public(), public()),
    row("account_logout", public(), public()),
    row("account_inactive", public(), public()),
    row("account_reset_password", public(), public()),
    row("account_reset_password_done", public(), public()),
    row("account_reset_password_from_key_done", public(), public()),
]
