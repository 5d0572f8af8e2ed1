"""What narrows the dashboards: read from the address, so that a view can be shared as a link."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from partners.models import Qualification
from partners.models.qualification import LIVE
from portal.accounts.models.organisation import jurisdiction_choices
from portal.core import clock
from portal.rulebook.durations import add_months
from portal.rulebook.schema import RISK_TIERS
from portal.ui.forms import offer

PERIODS = {"6": _("6 months"), "12": _("12 months"), "24": _("24 months")}
DEFAULT_PERIOD = "12"


@dataclass(frozen=True)
class Narrowed:
    """The filters in force. `since` is the first day of the period: a month's first, so that months are whole."""

    since: date
    months: int
    jurisdiction: str = ""
    tier: str = ""

    def of_institution(self, path: str = "institution") -> Q:
        """Conditions on rows that point to an institution by `path`. EXISTS, no join that multiplies rows."""
        found = Q()
        if self.jurisdiction:
            found &= Q(**{f"{path}__organisation__jurisdiction": self.jurisdiction})
        if self.tier:
            live = Qualification.objects.filter(institution=OuterRef(path), state__in=LIVE, tier=self.tier)
            found &= Q(Exists(live))
        return found


class FilterForm(forms.Form):
    """Period, home country and risk tier. What is not understood is left out, never an error page."""

    period = forms.ChoiceField(label=_("Period"), choices=list(PERIODS.items()), required=False)
    jurisdiction = forms.ChoiceField(label=_("Country of the partner"), required=False)
    tier = forms.ChoiceField(
        label=_("Risk tier"),
        choices=[("", _("Any")), *((tier, tier.capitalize()) for tier in RISK_TIERS)],
        required=False,
    )

    def __init__(self, *args: Any, countries: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(code, name) for code, name in jurisdiction_choices() if code in countries]
        offer(self, "jurisdiction", [("", _("Any")), *named])


def narrowed(form: FilterForm) -> Narrowed:
    """The filters of a form that was filled from the address; fields that are wrong count as not given."""
    form.is_valid()
    said = form.cleaned_data
    months = int(said.get("period") or DEFAULT_PERIOD)
    first = clock.today().replace(day=1)
    return Narrowed(add_months(first, 1 - months), months, said.get("jurisdiction") or "", said.get("tier") or "")


def from_address(query: QueryDict, countries: set[str]) -> tuple[FilterForm, Narrowed]:
    """The form as the page shows it, and what it says."""
    filled = {"period": DEFAULT_PERIOD, **{key: str(query[key]).replace("\x00", "") for key in query}}
    form = FilterForm(filled, countries=countries)
    return form, narrowed(form)
