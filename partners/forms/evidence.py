"""Forms of the library: a new document, a new version, a redacted copy, and what a document is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from partners.inspection import ACCEPT
from partners.models import Evidence
from partners.models.evidence import kind_label
from partners.rules.evidence import is_wider
from portal.ui.forms import Described, MemorableDateField, offer

MEANINGS: dict[str, Any] = {
    Evidence.Marking.CLEAR: _("Anybody may read it."),
    Evidence.Marking.GREEN: _("The bodies of the scheme; not the public."),
    Evidence.Marking.AMBER: _("Whoever works on a case in which you send it, at any authority."),
    Evidence.Marking.AMBER_STRICT: _("Only people of the authority that runs your case."),
    Evidence.Marking.RED: _("Only those who work on your case by name at that authority."),
}
"""What each marking means here: the words to rules.may_read_in_full."""


MB = 1024 * 1024
FILE_HINT = format_lazy(
    _(
        "PDF, image, Word, Excel, PowerPoint without macros, or plain text; up to {large} MB, or {form} MB where the"
        " browser runs no JavaScript."
    ),
    form=settings.MAX_UPLOAD_BYTES // MB,
    large=f"{settings.MAX_LARGE_UPLOAD_BYTES // MB:,}",
)
"""What may be uploaded: as a whole with a form, and in parts by the page's script."""


def _marking(**more: Any) -> forms.ChoiceField:
    choices = [(key, Described(str(label), MEANINGS[key])) for key, label in Evidence.Marking.choices]
    return forms.ChoiceField(
        label=_("Who may read it (Traffic Light Protocol 2.0)"), choices=choices, widget=forms.RadioSelect, **more
    )


def _file(label: Any) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=FILE_HINT,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        max_length=1000,
        allow_empty_file=True,
    )


def _until() -> MemorableDateField:
    return MemorableDateField(
        label=_("Valid until"),
        help_text=_("The last day on which it holds, if it has one. You are reminded 60, 30 and 7 days before."),
        required=False,
    )


class DescribeForm(forms.Form):
    """What a document is, who may read it, and until when it is valid."""

    kind = forms.ChoiceField(label=_("What kind of document is it?"), required=False)
    marking = _marking(initial=Evidence.Marking.AMBER)
    valid_until = _until()

    def __init__(self, *args: Any, kinds: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = str(self.initial.get("kind") or "")
        known = {**kinds, **({now: kind_label(now)} if now else {})}
        offer(self, "kind", [("", _("Other")), *known.items()])


class UploadForm(DescribeForm):
    """A new document."""

    upload = _file(_("The document"))
    field_order = ["upload", "kind", "marking", "valid_until"]


class VersionForm(forms.Form):
    """A new version of a document."""

    upload = _file(_("The new version"))
    marking = _marking()
    valid_until = _until()


class RedactedForm(forms.Form):
    """A redacted copy of a document: only markings are offered that let more people read it."""

    upload = _file(_("The redacted copy"))
    marking = _marking()

    def __init__(self, *args: Any, document: Evidence, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(key, Described(str(label), MEANINGS[key])) for key, label in Evidence.Marking.choices]
        offer(self, "marking", [pair for pair in choices if is_wider(str(pair[0]), document.marking)])
