"""Who hears of reported use: limits that are nearly or wholly used, and use that no grant covered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from grants.models import GrantLine
from grants.notices import people_of
from grants.queries.coverage import Limits
from partners.models import Institution, Qualification
from portal.accounts.models import Organisation
from portal.accounts.queries.people import people_with
from portal.notifications.notify import NoticeKind, notify

NEAR_LIMIT = NoticeKind(
    "usage_near_limit",
    _("Line {line} of grant {reference} has used {percent} % of a day’s limit"),
    _("Gateways reported it for {day}. What is over the limit needs a change of the grant, which takes time."),
    _("See use against limits"),
)
AT_LIMIT = NoticeKind(
    "usage_at_limit",
    _("Line {line} of grant {reference} of {institution} has used all of a day’s limit"),
    _("Gateways reported it for {day}: {percent} % of requests or tokens, {seats} people at once."),
    _("See use against limits"),
    urgent=True,
)
OUT_OF_SCOPE = NoticeKind(
    "usage_out_of_scope",
    _("Use that no grant covers: {institution} with models of {provider}"),
    _("A gateway of {provider} reported use or attempts on {day} that no line of a grant covered when they began."),
    _("See what was reported"),
    urgent=True,
)


def tell_of_limit(limits: Limits, provider_id: UUID, day: date, *, used: int, seats: int, reached: bool) -> None:
    """Tell the institution; and where all of a limit is used, the provider and the authority's case officers too."""
    line = GrantLine.objects.select_related("grant", "institution__organisation").get(pk=limits.line_id)
    words = {
        "line": line.number,
        "reference": line.grant.reference,
        "institution": line.institution.name,
        "day": date_format(day, "j F Y"),
        "percent": used,
        "seats": seats,
    }
    kind, key = AT_LIMIT if reached else NEAR_LIMIT, f"{limits.line_id}:{day:%Y%m%d}"
    to = people_of(line.institution_id)
    about = limits.grant_id
    notify(kind, to=to, context=words, url=reverse("grants:use", args=[about]), key=key, about=about)
    if reached:
        others = people_with("provider_staff", organisation_id=provider_id)
        notify(kind, to=others, context=words, url=reverse("grants:grant", args=[about]), key=key, about=about)
        officers = people_with("case_officer", organisation_id=limits.authority_id)
        notify(kind, to=officers, context=words, url=reverse("grants:grant", args=[about]), key=key, about=about)


def tell_of_attempts(concerned: Mapping[UUID, Limits | None], provider_id: UUID, day: date) -> None:
    """Tell of each institution once a day: its people, the provider's staff, and case officers of the authority."""
    provider = Organisation.objects.get(pk=provider_id)
    staff = people_with("provider_staff", organisation_id=provider_id)
    institutions = Institution.objects.select_related("organisation").in_bulk(list(concerned))
    for institution_id, limits in concerned.items():
        institution = institutions[institution_id]
        authority = limits.authority_id if limits else _home_of(institution_id)
        officers = people_with("case_officer", organisation_id=authority) if authority else []
        words = {"institution": institution.name, "provider": provider.name, "day": date_format(day, "j F Y")}
        key = f"{institution_id}:{provider_id}:{day:%Y%m%d}"
        url = reverse("grants:alerts")
        for people in (people_of(institution_id), staff, officers):
            notify(OUT_OF_SCOPE, to=people, context=words, url=url, key=key)


def _home_of(institution_id: UUID) -> UUID | None:
    """The authority that qualified the institution last."""
    rows = Qualification.objects.filter(institution_id=institution_id).order_by("-valid_from", "-id")
    return rows.values_list("application__authority_id", flat=True).first()
