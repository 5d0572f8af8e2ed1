"""Forms of the queue."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.queries.workload import Load
from portal.ui.forms import Described, offer


class FilterForm(forms.Form):
    """The name of saved filters, who sees them, and whether the queue opens with them."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Such as “Late in assessment”."))
    shared = forms.BooleanField(label=_("Show it to everybody in your authority"), required=False)
    is_default = forms.BooleanField(label=_("Open the queue with it"), required=False)


class AssignAllForm(forms.Form):
    """Who is to review the chosen cases; each person with what they have in hand."""

    reviewer = forms.ChoiceField(
        label=_("Reviewer"), widget=forms.RadioSelect, error_messages={"required": _("Choose a person.")}
    )

    def __init__(self, *args: Any, loads: list[Load], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "reviewer", [(str(load.user_id), Described(load.name, in_hand(load))) for load in loads])


def in_hand(load: Load) -> str:
    """“3 open cases, 12 sections to assess; 1 late”."""
    if not load.cases:
        return str(_("Nothing in hand"))
    cases = ngettext("%(n)s open case", "%(n)s open cases", load.cases) % {"n": load.cases}
    sections = ngettext("%(n)s section to assess", "%(n)s sections to assess", load.sections) % {"n": load.sections}
    late = "; " + ngettext("%(n)s late", "%(n)s late", load.late) % {"n": load.late} if load.late else ""
    return f"{cases}, {sections}{late}"
