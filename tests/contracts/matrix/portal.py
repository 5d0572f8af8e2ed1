"""The portal itself: health, and the frame of the desk."""

from tests.contracts.matrix import DESK, desk, explicit, public, row

NOTHING = explicit(everyone="403|404|405|sign-in|second-factor")
APP_LIST = desk("system_administrator").but("case_officer", "reviewer", "signatory", "auditor", gets="404")

ROWS = [
    row("healthz", public()),
    row("admin:index", desk(*DESK), desk(*DESK)),
    row("admin:search", desk(*DESK), desk(*DESK)),
    row("admin:login", desk(*DESK), desk(*DESK)),
    # Signing out: a GET only leads somewhere, and changes nothing.
    row("admin:logout", explicit(everyone="ok|405"), public()),
    row("admin:password_change", desk(*DESK), desk(*DESK)),
    row("admin:password_change_done", desk(*DESK)),
    row(
        "admin:autocomplete",
        NOTHING,
        NOTHING,
    ),
    row("admin:jsi18n", desk(*DESK)),
    row(
        "admin:view_on_site",
        NOTHING,
        NOTHING,
        path="/admin/r/1/1/",
    ),
    row(
        "admin/(?P<url>.*)$",
        NOTHING,
        NOTHING,
        path="/admin/nothing-here",
    ),
    # The list of one app's pages: only for whom it has any.
    row("admin:app_list", APP_LIST, APP_LIST, make=lambda world: {"app_label": "accounts"}),
]
