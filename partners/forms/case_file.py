"""Asking for a case file, and taking one in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from partners.models import CaseFile
from partners.rules.case_file import MOST_PACKED
from portal.ui.forms import Described

WITHHELD = _("Documents marked TLP:AMBER+STRICT or TLP:RED are left out, or come as a redacted copy.")


class CaseFileForm(forms.Form):
    """For whom it is, and what for."""

    recipient = forms.ChoiceField(
        label=_("For whom is it?"),
        choices=[
            (
                CaseFile.Recipient.AUTHORITY,
                Described(
                    str(CaseFile.Recipient.AUTHORITY.label),
                    str(WITHHELD),
                ),
            ),
            (
                CaseFile.Recipient.OWN,
                Described(str(CaseFile.Recipient.OWN.label), str(_("Documents as you may read them."))),
            ),
        ],
        initial=CaseFile.Recipient.AUTHORITY,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("What is it for?"),
        help_text=_("Such as: hand-over to the authority of the new seat. It is part of the record."),
        max_length=300,
    )


class ImportForm(forms.Form):
    """A case file of another authority."""

    file = forms.FileField(
        label=_("The case file (ZIP)"),
        help_text=_("As the other authority’s portal made it, up to 200 MB."),
        widget=forms.FileInput(attrs={"accept": "application/zip"}),
        max_length=1000,
    )

    def clean_file(self) -> Any:
        upload: Any = self.cleaned_data["file"]
        if upload.size > MOST_PACKED:
            raise ValidationError(_("The file is larger than 200 MB."))
        return upload
