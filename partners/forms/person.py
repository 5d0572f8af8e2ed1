"""Forms about people with access: naming one, a check, an end, a file with many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.models import Evidence, PersonCheck
from partners.rules.person import Texts
from portal.ui.forms import Described, MemorableDateField, offer


class DetailsForm(forms.Form):
    """Who the person is."""

    name = forms.CharField(label=_("Name"), max_length=150)
    position = forms.CharField(
        label=_("Position"), max_length=150, required=False, help_text=_("What they do in the work, in a few words.")
    )
    employer = forms.CharField(
        label=_("Employer, if it is not your institution"),
        max_length=200,
        required=False,
        help_text=_("For contractors, visiting researchers and students without a contract."),
    )


class NameForm(DetailsForm):
    """Somebody new."""

    email = forms.EmailField(
        label=_("Work e-mail address"),
        help_text=_("By this address gateways ask about them and their account is found. It can’t be changed later."),
    )
    invite = forms.BooleanField(
        label=_("Invite them now to see their own page and accept the rules"), required=False, initial=True
    )
    field_order = ["name", "email", "position", "employer", "invite"]

    def __init__(self, *args: Any, may_invite: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_invite:
            del self.fields["invite"]


class CheckForm(forms.Form):
    """A check that was made."""

    kind = forms.ChoiceField(label=_("What was checked?"), widget=forms.RadioSelect)
    vouched_by = forms.CharField(
        label=_("Who vouches for it?"),
        max_length=200,
        help_text=_("The person or office that made the check, for example: Personnel Security, Anna Holm."),
    )
    checked_on = MemorableDateField(label=_("When was it made?"))
    valid_until = MemorableDateField(
        label=_("Until when does it hold?"),
        required=False,
        help_text=_("Leave it empty where nothing shorter applies: then it holds as long as the rulebook allows."),
    )
    reference = forms.CharField(
        label=_("Reference"),
        max_length=200,
        required=False,
        help_text=_("Where it is found with you: a file number, a certificate. Not what it says."),
    )
    document = forms.ChoiceField(label=_("Document of your library"), required=False)

    def __init__(self, *args: Any, months: Mapping[str, int], documents: Iterable[Evidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = {str(item.pk): item for item in documents}
        kinds = [(key, Described(str(label), _holds(months[key]))) for key, label in PersonCheck.Kind.choices]
        offer(self, "kind", kinds)
        offer(self, "document", [("", _("None")), *((key, item.name) for key, item in self.documents.items())])
        if not self.documents:
            del self.fields["document"]

    def clean(self) -> dict[str, Any]:
        entered = super().clean() or {}
        entered["document"] = self.documents.get(entered.get("document") or "")
        return entered


def _holds(months: int) -> str:
    if months % 12 == 0:
        return ngettext("Holds for a year at most.", "Holds for %(n)s years at most.", months // 12) % {
            "n": months // 12
        }
    return ngettext("Holds for a month at most.", "Holds for %(n)s months at most.", months) % {"n": months}


class WhyForm(forms.Form):
    """Why something ends."""

    reason = forms.CharField(
        label=_("Why?"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Authorities can read it, and so can the person."),
    )


class ImportForm(forms.Form):
    """A file with many people."""

    upload = forms.FileField(
        label=_("The file"),
        help_text=_("CSV in UTF-8, with at most 10,000 people and 5 MB."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        allow_empty_file=True,
        max_length=1000,
    )


class AcceptForm(forms.Form):
    """The rules for people, each accepted by a tick; `seen` is the digest of what was shown."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, texts: Texts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = texts.digest
        for item in texts.items:
            self.fields[f"accept_{item.key}"] = forms.BooleanField(
                label=_("I accept: %(title)s") % {"title": item.title}
            )
