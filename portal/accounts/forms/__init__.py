"""The shape of what people enter. Whether it may be done is decided by the actions."""

from portal.accounts.forms.organisation import AmendForm, CoverForm, InviteForm, ReasonForm, RegisterForm, RolesForm
from portal.accounts.forms.signup import SignupForm

__all__ = ["AmendForm", "CoverForm", "InviteForm", "ReasonForm", "RegisterForm", "RolesForm", "SignupForm"]
