"""The form on which an authority proposes to narrow a line."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.forms.desk import SignForm
from grants.forms.fields import LinesField, plain_terms
from grants.models import GrantLine
from portal.rulebook.schema import Rulebook
from portal.ui.forms import offer


class MeasureSignForm(SignForm):
    """Signing a measure, with a declaration of interests."""

    no_conflict = forms.BooleanField(
        label=_("I have no conflict of interest in this matter"),
        help_text=_("Neither I nor anybody close to me gains or loses by it."),
    )
    field_order = ("seen", "no_conflict", "decision", "reason")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        refuses = _("I refuse: the measure is off, and the grant stays as it is")
        offer(self, "decision", [("sign", _("I sign: with the last signature it takes effect")), ("refuse", refuses)])


class NarrowForm(forms.Form):
    """What the line shall permit: lower limits, an earlier last day, further conditions. Never more than now."""

    requests_per_day = forms.IntegerField(label=_("Requests a day"), min_value=1)
    tokens_per_day = forms.IntegerField(label=_("Tokens a day"), min_value=1)
    seats = forms.IntegerField(label=_("People at once"), min_value=1)
    ends_on = forms.DateField(label=_("Last day"))
    conditions = LinesField(label=_("Further conditions"), help_text=_("One on each line. The institution reads them."))
    obligations = forms.MultipleChoiceField(
        label=_("What the gateway applies to every request as well"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    reason = forms.CharField(
        label=_("Why. The institution reads this."), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, line: GrantLine, book: Rulebook, **options: Any) -> None:
        initial = {name: getattr(line, name) for name in ("requests_per_day", "tokens_per_day", "seats", "ends_on")}
        options["initial"] = {**initial, **options.get("initial", {})}
        super().__init__(*args, **options)
        missing = [item for item in book.scope.safeguards if item.key not in line.obligations]
        offer(self, "obligations", plain_terms(missing))
