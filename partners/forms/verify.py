"""The two ways to check a letter: its code, or the file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.rules.letter import MOST_TYPED, clean_code

MOST_BYTES = 2 * 1024 * 1024
"""Letters have some 40 kB; a scan of one has more, and is none of ours anyway."""


class CodeForm(forms.Form):
    """The code that is printed on a letter."""

    code = forms.CharField(
        label=_("Code on the letter"),
        help_text=_("20 letters and digits, as in 7K3M-9QXT-2VBH-4NWE-8C6R. Hyphens and capitals don’t matter."),
        max_length=MOST_TYPED,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        code = clean_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError(_("This is no code of a letter. Compare it with the letter, digit by digit."))
        return code


class LetterForm(forms.Form):
    """The letter as a file."""

    letter = forms.FileField(
        label=_("The letter as a PDF"),
        help_text=_("The file as you received it, up to 2 MB. It is looked at and not kept."),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        max_length=1000,
        allow_empty_file=True,
    )

    def clean_letter(self) -> bytes:
        """The file's bytes, once its size and its beginning were looked at."""
        upload: Any = self.cleaned_data["letter"]
        if upload.size > MOST_BYTES:
            raise ValidationError(_("The file is larger than 2 MB: it is none of our letters as we sent it."))
        content: bytes = upload.read(MOST_BYTES + 1)
        if not content.startswith(b"%PDF-"):
            raise ValidationError(_("This is not a PDF. Choose the file as you received it, not a photo of it."))
        return content
