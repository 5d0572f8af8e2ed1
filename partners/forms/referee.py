"""Forms about third parties: asking one, its code, its answer."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import Referee


class AskOutsideForm(forms.Form):
    """Whom to ask."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("Their own address at work. The link and the code go there and nowhere else."),
    )
    relation = forms.CharField(
        label=_("How do they know the institution?"),
        max_length=300,
        help_text=_("For example: has led joint evaluations with your team since 2022."),
    )


class CodeForm(forms.Form):
    """The code from the mailbox."""

    code = forms.CharField(
        label=_("Code"),
        max_length=12,
        help_text=_("Six digits, from the mail that was just sent."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


class RefereeForm(forms.Form):
    """The answer of a third party."""

    opinion = forms.ChoiceField(
        label=_("What do you think of the institution?"), choices=Referee.Opinion.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What do you base that on?"),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=6000,
        help_text=_("What you have seen yourself: its people, how it keeps what it is trusted with, how it reports."),
    )
    interest = forms.CharField(
        label=_("Do you have an interest of your own?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
        help_text=_("Money, family, shared projects: what a reader should know. Leave it empty if there is none."),
    )


class DeclineForm(forms.Form):
    """Why somebody does not answer."""

    reason = forms.CharField(label=_("Why, if you want to say"), max_length=1000, required=False)
