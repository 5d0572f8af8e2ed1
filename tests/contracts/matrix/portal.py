"""The portal itself: health, and the frame of the desk."""

from tests.contracts.matrix import desk, explicit, kept_out, public, row

DESK = ("case_officer.any", "reviewer", "signatory", "auditor", "system_administrator")

ROWS = [
    row("healthz", public()),
    row("admin:index", desk(*DESK), desk(*DESK)),
    row("admin:search", desk(*DESK), desk(*DESK)),
    row("admin:login", desk(*DESK), desk(*DESK)),
    # Signing out by the desk's own address takes a POST, as everywhere.
    row("admin:logout", kept_out(), desk(*DESK)),
    row("admin:password_change", desk(*DESK), desk(*DESK)),
    row("admin:password_change_done", desk(*DESK), desk(*DESK)),
    row(
        "admin:autocomplete",
        explicit(everyone="403|404|sign-in|second-factor"),
        explicit(everyone="403|404|405|sign-in|second-factor"),
    ),
    # The words of Django's own scripts: no data, open to all.
    row("admin:jsi18n", public(), public()),
    row(
        "admin:view_on_site",
        explicit(everyone="403|404|sign-in|second-factor"),
        explicit(everyone="403|404|sign-in|second-factor"),
        path="/admin/r/1/1/",
    ),
    row(
        "admin/(?P<url>.*)$",
        explicit(everyone="404|403|sign-in|second-factor"),
        explicit(everyone="404|403|sign-in|second-factor"),
        path="/admin/nothing-here",
    ),
]
