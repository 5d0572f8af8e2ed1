"""Whether an institution is a trusted partner now. Everything that depends on it asks here, at the moment of use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from partners.models import Qualification
from portal.core import clock
from portal.core.compiled import compiled


@dataclass(frozen=True, slots=True)
class Standing:
    """An institution's status. `in_force`: access may rest on it now; `reason`: why not, or the restriction."""

    in_force: bool
    state: str
    tier: str = ""
    valid_until: date | None = None
    reason: str = ""
    qualification_id: UUID | None = None


def in_force_now(prefix: str = "") -> Q:
    """The same rule for lists: qualifications on which access may rest now. `prefix` such as "qualifications__"."""
    return Q(
        **{
            f"{prefix}state__in": ("in_force", "restricted"),
            f"{prefix}valid_until__gte": clock.today(),
            f"{prefix}valid_from__lte": clock.today(),
        }
    )


def standing(*, institution_id: UUID) -> Standing:
    """The institution's standing now. One query. Past its last day a qualification counts as lapsed, swept or not."""
    newest = _newest(institution_id)
    if not newest:
        return Standing(False, "none", reason=_("The institution has no qualification."))
    return standing_of(newest[0])


@compiled
def _newest(institution: UUID) -> QuerySet[Qualification]:
    return Qualification.objects.filter(institution_id=institution).order_by("-valid_from", "-id")[:1]


def standing_of(row: Qualification) -> Standing:
    """The standing that a qualification gives now."""
    today = clock.today()
    state = row.state
    if state in ("in_force", "restricted", "suspended") and row.valid_until < today:
        state = "lapsed"
    reason = row.reason
    if state == "lapsed":
        reason = _("The qualification was valid until %(day)s.") % {"day": f"{row.valid_until:%-d %B %Y}"}
    in_force = state in ("in_force", "restricted") and row.valid_from <= today
    return Standing(in_force, state, row.tier, row.valid_until, reason, row.pk)
