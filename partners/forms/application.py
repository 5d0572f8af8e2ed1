"""Forms of the applicant's pages besides the questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.models import Application
from portal.rulebook.schema import Declaration
from portal.rulebook.schema.decisions import Circumstance
from portal.ui.forms import Described, MemorableDateField, offer

KIND_HINTS: dict[str, Any] = {
    Application.Kind.INITIAL: _("Your institution is not a trusted partner yet."),
    Application.Kind.RENEWAL: _(
        "Your qualification is about to end. Your last answers are taken over, and only what you change is assessed"
        " again."
    ),
    Application.Kind.CHANGE: _(
        "Ownership, jurisdiction, a key person or another answer has changed. Only what it touches is looked at again."
    ),
}


class StartForm(forms.Form):
    """What kind of application is started."""

    kind = forms.ChoiceField(label=_("What do you want to apply for?"), widget=forms.RadioSelect)
    copy_from = forms.TypedChoiceField(
        label=_("Begin with the answers of an earlier application?"),
        help_text=_("They are copied: you can change each of them, and the earlier application stays as it is."),
        required=False,
        coerce=UUID,
        empty_value=None,
    )

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[str],
        earlier: Iterable[Application] = (),
        taken_over: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        rows = [
            (str(row.pk), f"{row.reference} · {row.state_label} · {date_format(row.started_at)}") for row in earlier
        ]
        if rows:
            offer(self, "copy_from", [("", _("The last answers sent") if taken_over else _("No, begin empty")), *rows])
        else:
            del self.fields["copy_from"]
        choices: dict[str, Any] = dict(Application.Kind.choices)
        offer(self, "kind", [(kind, Described(str(choices[kind]), str(KIND_HINTS[kind]))) for kind in kinds])


class ChangeForm(forms.Form):
    """What changed, and when. The choices are the rulebook's circumstances."""

    circumstances = forms.MultipleChoiceField(
        label=_("What has changed or will change?"),
        help_text=_("Choose everything that applies. Only the sections that it touches open."),
        widget=forms.CheckboxSelectMultiple,
    )
    happened_on = MemorableDateField(label=_("When did it change, or when will it?"))

    def __init__(self, *args: Any, known: Sequence[Circumstance], working_days: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "circumstances", [(item.key, Described(item.label, item.meaning)) for item in known])
        told = ngettext(
            "The rulebook asks you to tell within %(n)s working day.",
            "The rulebook asks you to tell within %(n)s working days.",
            working_days,
        )
        self.fields["happened_on"].help_text = told % {"n": working_days}


class DeclarationForm(forms.Form):
    """The declarations of the rulebook, each with its own words. All have to be made, and in what capacity."""

    capacity = forms.CharField(
        label=_("In what capacity do you bind the institution?"), max_length=150, help_text=_("Such as “Director”.")
    )

    def __init__(self, *args: Any, declarations: tuple[Declaration, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = [item.key for item in declarations]
        boxes = {
            item.key: forms.BooleanField(
                label=item.title,
                help_text=escape(item.text),
                error_messages={"required": _("Make this declaration, or ask someone who is entitled to.")},
            )
            for item in declarations
        }
        self.fields = {**boxes, **self.fields}

    @property
    def declared(self) -> set[str]:
        return {key for key in self.keys if self.cleaned_data.get(key)}


class AnswerForm(forms.Form):
    """The answer to a question."""

    text = forms.CharField(
        label=_("Your answer"),
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=4000,
        help_text=_("If an answer above has to change, change it first: both are sent together."),
    )


class WithdrawForm(forms.Form):
    """Why an application is withdrawn."""

    reason = forms.CharField(
        label=_("Why do you withdraw it?"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000, required=False
    )
