"""Forms of crosswalks: importing one, and choosing which answers are taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audits.models import Catalogue
from audits.queries.crosswalk import Served
from portal.core.catalogues.table import MAX_BYTES
from portal.ui.forms import Described


class ImportCrosswalkForm(forms.Form):
    """Links between two catalogues: from a file, or as the first of them names them itself."""

    title = forms.CharField(label=gettext_lazy("What is it called?"), max_length=300)
    from_key = forms.ChoiceField(label=gettext_lazy("From the catalogue"))
    to_key = forms.ChoiceField(label=gettext_lazy("To the catalogue"))
    upload = forms.FileField(
        label=gettext_lazy("A file with the links"),
        help_text=gettext_lazy(
            "CSV in UTF-8 with the columns from, to, relation and note. The relation is equal-to, superset-of, "
            "subset-of or intersects-with."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv"}),
        max_length=200,
        allow_empty_file=True,
        required=False,
    )
    name = forms.CharField(
        label=gettext_lazy("Or a property in which the first catalogue names controls of the second"),
        help_text=gettext_lazy("Such as nist-sp-800-53-rev5 in the scheme’s baseline."),
        max_length=100,
        required=False,
    )
    source = forms.CharField(label=gettext_lazy("Where does it come from?"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        newest = {row.key: row.title for row in Catalogue.objects.filter(state="current").order_by("imported_at")}
        choices = [(key, f"{title} ({key})") for key, title in sorted(newest.items())]
        for name in ("from_key", "to_key"):
            field: Any = self.fields[name]
            field.choices = choices

    def clean_upload(self) -> UploadedFile | None:
        upload: UploadedFile | None = self.cleaned_data["upload"]
        if upload is not None and (upload.size or 0) > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than %(most)s.") % {"most": filesizeformat(MAX_BYTES)})
        return upload

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "upload" in said and bool(said["upload"]) == bool(said.get("name")):
            self.add_error("upload", _("Choose a file, or name a property: one of the two."))
        if said.get("from_key") and said.get("from_key") == said.get("to_key"):
            self.add_error("to_key", _("Choose another catalogue than the first."))
        return said


class TakeOverForm(forms.Form):
    """Which answers of other audits are recorded in this one."""

    checks = forms.MultipleChoiceField(label=gettext_lazy("Answers to take over"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, offered: Sequence[Served], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["checks"]
        field.choices = [
            (
                str(item.check_id),
                Described(
                    f"{item.label} {item.title}: {item.result_label}",
                    _("Audit %(audit)s, control %(control)s, which %(relation)s this one.")
                    % {"audit": item.audit, "control": item.control, "relation": item.relation_label},
                ),
            )
            for item in offered
        ]
