"""Forms on keys of holders."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from grants.rules.proof import Challenge, NoProof, opened_challenge

LONGEST = 8000
"""Characters of a proof, many times what one has."""


class KeyForm(forms.Form):
    """The answer to a challenge, pasted or as the file that the program wrote."""

    name = forms.CharField(
        label=_("What the key is called here"), max_length=100, help_text=_("Such as “Evaluation cluster”.")
    )
    proof = forms.CharField(
        label=_("What the program printed"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    proof_file = forms.FileField(label=_("Or the file that it wrote"), required=False, allow_empty_file=True)
    challenge = forms.CharField(widget=forms.HiddenInput)

    def clean_proof_file(self) -> str:
        """The text of the file, if there is one."""
        found = self.cleaned_data["proof_file"]
        if not found:
            return ""
        try:
            return str(found.read(LONGEST).decode("ascii")).strip()
        except UnicodeDecodeError as error:
            raise forms.ValidationError(_("This file holds no proof.")) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["proof"] = "".join((data.get("proof") or data.get("proof_file") or "").split())
        if not data["proof"] and not self.errors:
            self.add_error("proof", _("Paste what the program printed, or choose the file that it wrote."))
        return data

    def answered(self) -> Challenge:
        """The challenge that was on the page. Raises NoProof for one that is not ours or too old."""
        try:
            return opened_challenge(self.cleaned_data["challenge"])
        except (ValueError, TypeError) as error:
            raise NoProof(_("Get a new challenge.")) from error
