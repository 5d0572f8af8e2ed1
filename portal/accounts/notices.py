"""What people hear about their duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from portal.notifications.notify import NoticeKind

COVERING = NoticeKind(
    "delegation.given",
    _("You sign in the place of {name} until {end}"),
    _(
        "From {start} to {end} you cover for {name} as a signatory. Cases that wait for signatures are on your desk. "
        "You sign as deputy, with your own second factor; of the two of you one signs a case."
    ),
    _("See the cover"),
)
COVERING_ENDED = NoticeKind(
    "delegation.withdrawn",
    _("The cover for {name} has ended"),
    _("{deputy} no longer signs in the place of {name}. What was signed until now stays."),
    _("See covers"),
)
