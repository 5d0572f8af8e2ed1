"""Forms about organisations and their people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Gateway, Membership, Organisation, User
from portal.accounts.models.organisation import jurisdiction_choices
from portal.accounts.roles import roles_of_kind
from portal.core.verdicts import Refused
from portal.ui.forms import Described, offer


def refuse_into(form: forms.BaseForm, error: Refused | ValidationError) -> None:
    """Show why a deed was refused in the form's error summary; nothing was changed."""
    form.add_error(None, str(error.verdict.reason) if isinstance(error, Refused) else ValidationError(error.messages))


def _website() -> forms.URLField:
    return forms.URLField(
        label=_("Website"), required=False, assume_scheme="https", help_text=_("For example https://institute.example")
    )


class RegisterForm(forms.Form):
    """An institution that wants to take part."""

    name = forms.CharField(
        label=_("Name of the institution"),
        max_length=200,
        help_text=_("As in its founding document or public register."),
    )
    jurisdiction = forms.ChoiceField(
        label=_("Country"), help_text=_("Where it is established. This cannot be changed later.")
    )
    website = _website()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "jurisdiction", [("", _("Choose a country")), *jurisdiction_choices()])


class BodyForm(RegisterForm):
    """A body of any kind, registered by the system administrator with the address of its first administrator."""

    kind = forms.ChoiceField(label=_("Kind"), choices=Organisation.Kind.choices)
    email = forms.EmailField(
        label=_("E-mail address of its first administrator"),
        help_text=_("They are invited as administrator, and invite everybody else."),
    )
    field_order = ("kind", "name", "jurisdiction", "website", "email")


class AmendForm(forms.Form):
    """What an organisation may change about itself."""

    name = forms.CharField(label=_("Name"), max_length=200)
    website = _website()


class RolesForm(forms.Form):
    """Roles of one person, of those that the kind of organisation gives."""

    roles = forms.MultipleChoiceField(label=_("Roles"), widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(role.slug, Described(str(role.label), str(role.purpose))) for role in roles_of_kind(kind)]
        offer(self, "roles", choices)


class InviteForm(RolesForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(label=_("E-mail address"), help_text=_("The invitation works only for this address."))
    field_order = ("email", "roles")


class ReasonForm(forms.Form):
    """A sentence for the record."""

    reason = forms.CharField(label=_("Reason"), max_length=300, help_text=_("It is kept in the record."))


class GatewayForm(forms.Form):
    """A new gateway."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example: Inference gateway, Frankfurt"))
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Gateway.Scope.choices,
        initial=[Gateway.Scope.ACCESS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Give each machine only what it needs."),
    )


class RotateForm(forms.Form):
    """For how long the old secret holds beside the new one."""

    overlap = forms.TypedChoiceField(
        label=_("Until when the old secret holds"),
        choices=(
            ("24", _("24 hours: time to give the new one to every machine")),
            ("168", _("7 days")),
            ("1", _("1 hour")),
            ("0", _("It ends at once: choose this where it may have leaked")),
        ),
        initial="24",
        coerce=lambda hours: timedelta(hours=int(hours)),
        widget=forms.RadioSelect,
    )


class CoverForm(forms.Form):
    """Who signs in whose place, and for which days."""

    membership = forms.ModelChoiceField(
        label=_("Who is away"),
        queryset=Membership.objects.none(),
        empty_label=_("Choose a signatory"),
    )
    deputy = forms.ModelChoiceField(
        label=_("Deputy"),
        queryset=User.objects.none(),
        empty_label=_("Choose a colleague"),
        help_text=_("Somebody of your authority who is no signatory. They need a second factor to sign."),
    )
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    ends_on = forms.DateField(
        label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}), help_text=_("92 days at most.")
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=300, help_text=_("Such as leave or illness. It is kept in the record.")
    )

    def __init__(self, *args: Any, signatories: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        away, deputy = cast(Any, self.fields["membership"]), cast(Any, self.fields["deputy"])
        away.queryset, deputy.queryset = signatories, colleagues
        away.label_from_instance = lambda membership: str(membership.user)
