"""Stopping access because of an incident: what is stopped, with what stops with it, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.queries.stopping import PERSON, Preview
from audits.rules.incident import stops_as_shown
from portal.ui.forms import Described, offer


class HoldForm(forms.Form):
    """`targets` are kinds with their words. `seen` is the digest of the preview that the page showed."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    target = forms.ChoiceField(label=_("What is stopped?"), widget=forms.RadioSelect)
    email = forms.EmailField(
        label=_("Work e-mail address of the person"),
        required=False,
        max_length=254,
        help_text=_("Only where one person is stopped. As the institution named the person."),
    )
    reason = area(_("Why?"), help_text=_("The partner is told this. Providers are told only what stops."), most=2000)
    lifted_when = area(_("What must be true before it is lifted?"), most=2000)

    def __init__(self, *args: Any, targets: list[tuple[str, Any]], preview: Preview, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        offer(self, "target", [(key, Described(str(label), preview.stops[key].words)) for key, label in targets])
        self.fields["target"].initial = targets[0][0] if targets else None
        self.fields["seen"].initial = preview.digest

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("target") == PERSON and not said.get("email") and "email" not in self.errors:
            self.add_error("email", _("Enter the work e-mail address of the person who is stopped."))
        verdict = stops_as_shown(seen=said.get("seen", ""), now=self.preview.digest)
        if not verdict:
            self.add_error(None, str(verdict.reason))
            # What is shown next is what is confirmed next.
            self.data = {**self.data.dict(), self.add_prefix("seen"): self.preview.digest}  # type: ignore[attr-defined]
        return said
