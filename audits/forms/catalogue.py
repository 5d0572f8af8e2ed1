"""The form with which a control catalogue is imported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Catalogue, CatalogueImport
from portal.core.oscal import MAX_BYTES
from portal.ui.forms import Described, offer

ENDINGS = (".json", ".yaml", ".yml", ".csv")


class ImportCatalogueForm(forms.Form):
    """A file with a catalogue, and which catalogue it is a version of. A worker reads it."""

    key = forms.SlugField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("The same for each version of the catalogue, such as nist-800-53-moderate."),
        max_length=60,
    )
    form = forms.ChoiceField(label=gettext_lazy("Form of the file"), widget=forms.RadioSelect)
    upload = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy(
            "In UTF-8. It is imported as a whole or not at all, and you are told what was left out."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        max_length=200,
        allow_empty_file=True,
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Where the file does not say it itself: SATRE and CSV."),
        max_length=300,
        required=False,
    )
    version = forms.CharField(
        label=gettext_lazy("Version"),
        help_text=gettext_lazy("Where the file does not say it itself: SATRE and CSV."),
        max_length=60,
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("Where does it come from?"), max_length=300, required=False)
    selects_from = forms.ModelMultipleChoiceField(
        label=gettext_lazy("If it is an OSCAL profile: which catalogues does it select from?"),
        queryset=Catalogue.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hints = {
            "oscal": _("JSON, version 1.x. A profile is resolved to the catalog that it stands for."),
            "satre": _("YAML: the specification with pillars, capabilities and requirements."),
            "atlas": _("YAML: tactics, techniques and mitigations."),
            "csv": _(
                "Columns are found by their heading: id, title, statement, group, parent, label, class, guidance."
            ),
        }
        choices = [(key, Described(str(label), hints[key])) for key, label in CatalogueImport.Form.choices]
        offer(self, "form", choices)
        field: Any = self.fields["selects_from"]
        field.queryset = (
            Catalogue.objects.filter(state="current").exclude(stored_name="").order_by("key", "-imported_at")
        )
        if not self.is_bound and not field.queryset.exists():  # nothing to choose is no question
            del self.fields["selects_from"]

    def clean_key(self) -> str:
        return str(self.cleaned_data["key"]).lower()

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if not str(upload.name).lower().endswith(ENDINGS):
            raise forms.ValidationError(_("Choose a file that ends in .json, .yaml, .yml or .csv."))
        if not upload.size:
            raise forms.ValidationError(_("The file is empty."))
        if upload.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s.") % {"most": filesizeformat(MAX_BYTES)})
        return upload

    def clean_selects_from(self) -> tuple[Catalogue, ...]:
        return tuple(self.cleaned_data["selects_from"])
