"""Documents that go with what is written in a form: ticked ones, and new files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audits.rules.papers import MOST, few_enough
from partners.inspection import ACCEPT
from partners.models import Evidence
from portal.ui.forms import Described, offer_rows

MB = 1024 * 1024
HINT = format_lazy(
    _(
        "PDF, image, Word, Excel, PowerPoint without macros, or plain text; at most {most} documents, each up to {mb}"
        " MB. Everybody who decides or hears it can read them."
    ),
    most=MOST,
    mb=settings.MAX_UPLOAD_BYTES // MB,
)


LARGER = _("A larger file can be uploaded to your library first, and ticked here.")


class ManyFiles(forms.FileInput):
    """Several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files, each checked as one would be. Cleaned: a list."""

    widget = ManyFiles

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class PaperChoice(forms.ModelMultipleChoiceField):
    """Documents with their day; those uploaded for the same thing say so."""

    def label_from_instance(self, obj: Any) -> str:
        hint = f"{obj.uploaded_at:%-d %b %Y} · {obj.get_marking_display()}"
        return Described(obj.name, f"{_('Uploaded here')} · {hint}" if obj.about else hint)


class PapersForm(forms.Form):
    """A statement with documents. They stand last."""

    documents = PaperChoice(
        label=_("Documents that go with it"),
        queryset=Evidence.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    uploads = ManyFilesField(
        label=_("Add documents"),
        help_text=HINT,
        widget=ManyFiles(attrs={"accept": ACCEPT}),
        max_length=1000,
        allow_empty_file=True,
        required=False,
    )

    def __init__(self, *args: Any, papers: QuerySet[Evidence], library: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if library:
            self.fields["uploads"].help_text = format_lazy("{} {}", HINT, LARGER)
        if papers or (self.is_bound and "documents" in self.data):  # what is there no more is refused by the field
            offer_rows(self, "documents", papers)
        else:
            del self.fields["documents"]
        last = ("documents", "uploads")
        self.order_fields([*(name for name in self.fields if name not in last), *last])

    def clean(self) -> dict[str, Any]:
        """A few in all."""
        said: dict[str, Any] = super().clean() or {}
        verdict = few_enough(len(said.get("documents") or ()) + len(said.get("uploads") or ()))
        if not verdict:
            self.add_error("uploads", str(verdict.reason))
        return said
