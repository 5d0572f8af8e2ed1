"""The form with which a catalogue of statements is checked and imported."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.catalogues import BASELINE_KEY, FORMATS, Read, read_statements
from portal.core.oscal import CatalogueError
from portal.ui.forms import Described, offer

MOST_BYTES = 1024 * 1024
"""What is read while somebody waits. The command takes five times as much."""
ENDINGS = (".yaml", ".yml", ".json")


class ImportStatementsForm(forms.Form):
    """A file with statements, and which catalogue it is a version of. `cleaned_data["read"]` is what it says."""

    key = forms.SlugField(
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("The same for each version of the catalogue, such as satre."),
        max_length=60,
    )
    form = forms.ChoiceField(label=gettext_lazy("Form of the file"), widget=forms.RadioSelect)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        help_text=gettext_lazy("Where the file does not say it itself."),
        max_length=300,
        required=False,
    )
    version = forms.CharField(
        label=gettext_lazy("Version"),
        help_text=gettext_lazy("Where the file does not say it itself."),
        max_length=60,
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("Where does it come from?"), max_length=300, required=False)
    upload = forms.FileField(
        label=gettext_lazy("The file"),
        help_text=gettext_lazy(
            "YAML or JSON in UTF-8, 1 MB and 2,000 statements at most. It is read whole or not at all."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(ENDINGS)}),
        max_length=200,
        allow_empty_file=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "scheme": (_("The scheme’s own form"), _("YAML: title, version, and groups with statements.")),
            "satre": (_("SATRE"), _("YAML: the specification with pillars, capabilities and importance.")),
            "oscal": (_("OSCAL catalog"), _("JSON, version 1.x: a control is a statement.")),
        }
        offer(self, "form", [(key, Described(*labels[key])) for key in FORMATS])

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"]).lower()
        if key == BASELINE_KEY:
            raise forms.ValidationError(_("This is the scheme’s own catalogue. Choose another short name."))
        return key

    def clean_upload(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["upload"]
        if not str(upload.name).lower().endswith(ENDINGS):
            raise forms.ValidationError(_("Choose a file that ends in .yaml, .yml or .json."))
        if not upload.size:
            raise forms.ValidationError(_("The file is empty."))
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file is larger than %(most)s. Have it imported by the command import_statements.")
                % {"most": filesizeformat(MOST_BYTES)}
            )
        return upload

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if {"upload", "form", "title", "version"} <= set(data):
            data["read"] = self._read(data)
        return data

    def _read(self, data: dict[str, Any]) -> Read | None:
        content = data["upload"].read()
        words = {"form": data["form"], "title": data["title"], "version": data["version"]}
        try:
            return read_statements(content, **words)
        except CatalogueError as error:
            self.add_error("upload", str(error))
            return None
