"""Forms for anybody: telling of an incident, and following up by code. No field asks who is writing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from audits.forms.text import area
from audits.models import PublicReport, Severity
from partners.models import Institution
from portal.accounts.models import Organisation
from portal.ui.forms import offer, offer_rows

SIGNER = signing.TimestampSigner(salt="audits.public_report.form")
LEAST_SECONDS, MOST_SECONDS = 3, 12 * 3600
"""Nobody writes a report faster; a page that was left open longer is opened anew."""


class PublicReportForm(forms.Form):
    """What went wrong, in the words of whoever saw it.

    Against programs: `homepage` is hidden from people, so that only a program fills it in, and `opened` is the
    signed time at which the page was made.
    """

    authority: forms.ModelChoiceField[Organisation] = forms.ModelChoiceField(
        label=_("Who should look at it?"),
        queryset=None,
        empty_label=_("Choose one"),
        help_text=_("The authority of the country in which the institution is, or of your own."),
    )
    about = forms.CharField(
        label=_("Whom is it about, if you know?"),
        required=False,
        max_length=200,
        help_text=_("An institution, a project or a model."),
    )
    happened = forms.CharField(label=_("When did it happen, if you know?"), required=False, max_length=200)
    text = area(
        _("What happened?"),
        help_text=_("Leave out what would show who you are, if you want to stay unknown: your post, or who told you."),
    )
    homepage = forms.CharField(label=_("Leave this empty"), required=False, max_length=200)
    opened = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, authorities: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_rows(self, "authority", authorities)
        self.fields["opened"].initial = SIGNER.sign("")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("homepage") or not _at_leisure(said.get("opened", "")):
            raise ValidationError(_("This could not be sent. Wait a few seconds, then send it again."), code="program")
        return said

    def renewed(self) -> None:
        """Shown again, the page is a new one: its time begins anew."""
        held: Any = self.data
        held = held.copy()
        held["opened"] = SIGNER.sign("")
        self.data = held


def _at_leisure(opened: str) -> bool:
    try:
        SIGNER.unsign(opened, max_age=MOST_SECONDS)
    except signing.BadSignature:
        return False
    try:
        SIGNER.unsign(opened, max_age=LEAST_SECONDS)
    except signing.SignatureExpired:
        return True
    return False


class FollowUpForm(forms.Form):
    """The code of a report."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )


class ReporterForm(forms.Form):
    """Something more from the reporter."""

    text = area(_("Add something, or answer"), most=4000)


class ReplyForm(forms.Form):
    """What a case officer writes to the reporter."""

    text = area(_("To the reporter"), help_text=_("Read under the code of the report."), most=4000)


class OutcomeForm(forms.Form):
    """Why nothing follows."""

    outcome = area(_("Why does nothing follow?"), help_text=_("The reporter reads this under the code."), most=2000)


class TakeUpForm(forms.Form):
    """An incident made of a report."""

    institution: forms.ModelChoiceField[Institution] = forms.ModelChoiceField(
        label=_("At which institution did it happen?"), queryset=None, empty_label=_("Choose one")
    )
    title = forms.CharField(label=_("In a few words"), max_length=200)
    severity = forms.ChoiceField(label=_("Severity"), choices=Severity.choices, widget=forms.RadioSelect)
    kind = forms.ChoiceField(label=_("Kind"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, rulebook: Any, institutions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "kind", [(item.key, item.label) for item in rulebook.incidents.kinds])
        offer_rows(self, "institution", institutions)


def choices_of(report: PublicReport) -> Any:
    """Institutions of the country whose authority was told."""
    country = report.authority.jurisdiction
    rows = Institution.objects.filter(organisation__jurisdiction=country).select_related("organisation")
    return rows.order_by("organisation__name")
