"""Forms of screening: loading a list, and saying what a resemblance is."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import NameList
from portal.ui.forms import Described, MemorableDateField, offer

REASON_HINT = gettext_lazy("Whoever decides on the case reads it. Say what you compared, and with what outcome.")


class LoadListForm(forms.Form):
    """A file with names, and which list it is a load of."""

    title = forms.CharField(label=gettext_lazy("What is the list called?"), max_length=200)
    slug = forms.SlugField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("The same for each load of the list: a newer load replaces the one in use."),
        min_length=2,
        max_length=50,
    )
    source = forms.CharField(
        label=gettext_lazy("Where does it come from, and of which day is it?"), max_length=300, required=False
    )
    form = forms.ChoiceField(label=gettext_lazy("Form of the file"), widget=forms.RadioSelect)
    upload = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy("Unpacked, in UTF-8. It is read as a whole or not at all."),
        widget=forms.FileInput(attrs={"accept": ".csv,.json,.jsonl,.ndjson,.txt"}),
        max_length=200,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {
            "csv": _("Columns are found by their heading: name, aliases, schema, countries, birth_date, identifiers."),
            "ftm": _("One entity a line, of the schemata Person, Company, Organization or LegalEntity."),
        }
        choices = [(key, Described(str(label), hints[key])) for key, label in NameList.Format.choices]
        offer(self, "form", choices)

    def clean_slug(self) -> str:
        return str(self.cleaned_data["slug"]).lower()

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if (upload.size or 0) > settings.MAX_LIST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)s. Have it loaded by the command load_name_list.")
                % {"most": filesizeformat(settings.MAX_LIST_BYTES)}
            )
        return upload


class DecideHitForm(forms.Form):
    """Whether the same is meant, and why."""

    verb = forms.ChoiceField(label=gettext_lazy("Is the same person or organisation meant?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Why?"), help_text=REASON_HINT, widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )

    def __init__(self, *args: Any, state: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            ("clear", Described(_("No: clear it"), _("It stays cleared until what was declared or the list changes."))),
            ("confirm", Described(_("Yes: confirm it"), _("Nothing is refused by this. Signatories read it."))),
        ]
        now = {"cleared": "clear", "confirmed": "confirm"}.get(state)
        offer(self, "verb", [item for item in choices if item[0] != now])


class ReasonForm(forms.Form):
    """A reason, and nothing else."""

    reason = forms.CharField(label=gettext_lazy("Why?"), widget=forms.Textarea(attrs={"rows": 3}), max_length=1000)


class RemovePersonForm(forms.Form):
    """Who is removed from the scheme, why, and until when."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        help_text=gettext_lazy("Gateways know the person by it, and by the account that has it."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Read by authorities that look at a new application. Institutions do not see it."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )
    until = MemorableDateField(
        label=gettext_lazy("Last day of the removal"),
        help_text=gettext_lazy("Empty: for good."),
        required=False,
    )
