"""The interface itself. The gallery is there in a demonstration only, and shows nothing real."""

from tests.contracts.matrix import explicit, row

ROWS = [
    row("session_keep", post=explicit(signed_in="ok", everyone="401")),
    row("gallery", explicit(everyone="ok|404")),
]
