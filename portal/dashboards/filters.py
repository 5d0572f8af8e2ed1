"""What narrows the dashboards: read from the address, so that a view can be shared as a link."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners.models import Qualification
from partners.models.qualification import LIVE
from portal.accounts.models.organisation import jurisdiction_choices
from portal.core import clock
from portal.dashboards.queries.offered import Offered
from portal.rulebook.durations import add_months
from portal.rulebook.schema import RISK_TIERS
from portal.ui.forms import offer

PERIODS = {"3": _("3 months"), "6": _("6 months"), "12": _("12 months"), "24": _("24 months")}
DEFAULT_PERIOD = "12"
NOT_THERE = _("This is not in the list, and was left out. Choose one from the list.")
EARLIEST = date(2000, 1, 1)
OF_PROVIDERS = frozenset({"provider", "release"})
"""Filters by which only what concerns a model can be narrowed."""


@dataclass(frozen=True)
class Narrowed:
    """The filters in force.

    `since` is the first day of the period: a month's first, so that months are whole. `until` is its last, the day
    *as at* which what stands is told. `jurisdiction` is the partner's; `provider` and `release` are ids, or "".
    """

    since: date
    until: date
    jurisdiction: str = ""
    tier: str = ""
    provider: str = ""
    release: str = ""

    @property
    def months(self) -> int:
        """How many months the period touches."""
        return (self.until.year - self.since.year) * 12 + self.until.month - self.since.month + 1

    def before(self) -> Narrowed:
        """As many whole months that end where this period begins, narrowed alike."""
        return replace(self, since=add_months(self.since, -self.months), until=self.since - timedelta(days=1))

    def query(self, **more: str) -> str:
        """The filters as they stand in an address, without the period, with whatever else the list behind knows."""
        own = {key: getattr(self, key) for key in ("jurisdiction", "tier", "provider", "release")}
        return urlencode({key: value for key, value in (own | more).items() if value})

    def address(self) -> dict[str, str]:
        """The filters and the day as they stand in an address: what the same figure would be asked for tomorrow."""
        own = {key: getattr(self, key) for key in ("jurisdiction", "tier", "provider", "release")}
        said = {"until": self.until.isoformat(), "period": str(self.months)} | own
        return {key: value for key, value in said.items() if value}

    def of_institution(self, path: str = "institution") -> Q:
        """Conditions on rows that point to an institution by `path`. EXISTS, no join that multiplies rows."""
        found = Q()
        if self.jurisdiction:
            found &= Q(**{f"{path}__organisation__jurisdiction": self.jurisdiction})
        if self.tier:
            live = Qualification.objects.filter(institution=OuterRef(path), state__in=LIVE, tier=self.tier)
            found &= Q(Exists(live))
        return found

    def of_release(self, path: str = "release") -> Q:
        """Conditions on rows that point to a model's release by `path`."""
        found = Q()
        if self.provider:
            found &= Q(**{f"{path}__provider": self.provider})
        if self.release:
            found &= Q(**{path: self.release})
        return found


class FilterForm(forms.Form):
    """What is not understood is left out and said at its field, never an error page."""

    until = forms.DateField(label=_("As at"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()), required=False)
    jurisdiction = forms.ChoiceField(label=_("Country of the partner"), required=False)
    tier = forms.ChoiceField(
        label=_("Risk tier"),
        choices=[("", _("Any")), *((tier, tier.capitalize()) for tier in RISK_TIERS)],
        required=False,
    )
    provider = forms.ChoiceField(label=_("Provider"), required=False)
    release = forms.ChoiceField(label=_("Release"), required=False)

    def __init__(self, *args: Any, countries: Iterable[str], offered: Offered, own: str = "", **kwargs: Any) -> None:
        """`own` is the provider whose people read: their own is not a choice."""
        super().__init__(*args, **kwargs)
        known = set(countries)
        named = [(code, name) for code, name in jurisdiction_choices() if code in known]
        offer(self, "jurisdiction", [("", _("Any")), *named])
        offer(self, "provider", [("", _("Any")), *offered.providers])
        offer(self, "release", [("", _("Any")), *offered.of(own)])
        if own:
            del self.fields["provider"]
        self.fields["until"].error_messages["invalid"] = _("This is not a day. The figures are of today.")
        for field in self.fields.values():
            field.error_messages["invalid_choice"] = NOT_THERE

    def clean_until(self) -> date | None:
        day: date | None = self.cleaned_data["until"]
        if day and day > clock.today():
            raise forms.ValidationError(_("This day is still to come. The figures are of today."), code="future")
        if day and day < EARLIEST:
            raise forms.ValidationError(_("No record goes back as far. The figures are of today."), code="too_early")
        return day

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        return {key: value.replace("\x00", "") if isinstance(value, str) else value for key, value in said.items()}


def narrowed(form: FilterForm, own: str = "") -> Narrowed:
    """The filters of a form that was filled from the address; fields that are wrong count as not given."""
    form.is_valid()
    said = form.cleaned_data
    until = said.get("until") or clock.today()
    months = int(said.get("period") or DEFAULT_PERIOD)
    since = add_months(until.replace(day=1), 1 - months)
    rest = {key: said.get(key) or "" for key in ("jurisdiction", "tier", "provider", "release")}
    return Narrowed(since, until, **(rest | {"provider": own} if own else rest))


def from_address(
    query: QueryDict, countries: Iterable[str], offered: Offered, own: str = ""
) -> tuple[FilterForm, Narrowed]:
    """The form as the page shows it, and what it says. `own`: the provider to which the reader is bound."""
    filled = {"period": DEFAULT_PERIOD, **{key: str(query[key]).replace("\x00", "") for key in query}}
    form = FilterForm(filled, countries=countries, offered=offered, own=own)
    return form, narrowed(form, own)
