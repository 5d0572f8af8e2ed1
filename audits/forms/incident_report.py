"""The form of a report on an incident: the questions of the rulebook's form, its marking, and when it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from audits.forms.incident import MOMENT
from audits.forms.report import when_asked
from audits.models import Marking
from audits.queries.incident_report import Begun
from audits.rules.marking import markings_for
from partners.forms.fields import field_for, posted, shown
from portal.rulebook.schema import ReportForm
from portal.ui.forms import Described

MARKED, SENT, SEEN = "report-marking", "report-sent", "report-seen"
"""Names of the form's own fields. Keys of questions have no hyphen, so that they are nobody else's."""
MEANINGS = {
    "red": _("For the people whom it is addressed to alone."),
    "amber_strict": _("For the organisations on the case alone."),
    "amber": _("For them, and those of theirs and their clients who need to know."),
    "green": _("For everybody in the scheme, not for the public."),
    "clear": _("For everybody."),
}


class IncidentReportForm(forms.Form):
    """One field for each question, and what goes with it. The rulebook judges the answers, not the fields."""

    def __init__(
        self, data: QueryDict | None, *, form: ReportForm, begun: Begun, recipient: str, external: bool
    ) -> None:
        super().__init__(data)
        self.questions = form.questions
        for question in self.questions:
            field = field_for(question, documents=[])
            field.initial = shown(question, begun.answers.get(question.key))
            self.fields[question.key] = field
        choices = [(key, Described(str(Marking(key).label), str(MEANINGS[key]))) for key in markings_for(recipient)]
        self.fields[MARKED] = forms.ChoiceField(
            label=_("Who may read the report? (TLP 2.0)"),
            widget=forms.RadioSelect,
            choices=choices,
            initial=begun.marking,
        )
        self.fields[SEEN] = forms.IntegerField(widget=forms.HiddenInput, initial=begun.version, min_value=0)
        if external:
            self.fields[SENT] = forms.DateTimeField(
                label=_("When was it sent?"),
                widget=MOMENT,
                required=False,
                help_text=_("Date and time in UTC. Leave it open while you only save. What follows counts from it."),
            )

    @property
    def asked(self) -> list[dict[str, Any]]:
        """Each question's field, with the answer that brings it up where it is asked only then."""
        return [{"field": self[question.key], **when_asked(question)} for question in self.questions]

    @property
    def about_it(self) -> list[Any]:
        """The fields beside the questions."""
        return [self[name] for name in (MARKED, SENT) if name in self.fields]

    @property
    def version(self) -> Any:
        """The hidden field with the version of the draft that is shown."""
        return self[SEEN]

    def answers(self) -> dict[str, Any]:
        """What was entered, question by question, in its kept form where it is right."""
        assert isinstance(self.data, QueryDict)
        return {question.key: posted(question, self.data) for question in self.questions}

    def own(self, *, filing: bool) -> bool:
        """Check the fields beside the questions, and say whether they are right. `filing`: a time is needed too."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        for name in (MARKED, SEEN, SENT):
            if name not in self.fields:
                continue
            field = self.fields[name]
            field.required = filing or name != SENT
            try:
                self.cleaned_data[name] = field.clean(field.widget.value_from_datadict(self.data, self.files, name))
            except forms.ValidationError as error:
                self.add_error(name if name != SEEN else None, error)
        return not self._errors

    def judge(self, problems: Mapping[str, str]) -> bool:
        """Show these problems at their fields too, and say whether there is none at all."""
        for key, problem in problems.items():
            self.add_error(key, problem)
        return not self._errors

    @property
    def marking(self) -> str:
        return str(self.cleaned_data[MARKED])

    @property
    def seen(self) -> int:
        return int(self.cleaned_data[SEEN])

    @property
    def sent_at(self) -> datetime | None:
        return self.cleaned_data.get(SENT)

    def shows(self, version: int) -> None:
        """Show the form again as of that version of the draft, so that a second saving keeps what is typed here."""
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[SEEN] = str(version)
        self.data = data
