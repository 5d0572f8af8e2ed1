"""People, organisations, and what ties them."""

from portal.accounts.models.delegation import Delegation
from portal.accounts.models.gateway import Gateway
from portal.accounts.models.invitation import Invitation
from portal.accounts.models.membership import Appointment, Membership
from portal.accounts.models.organisation import Organisation
from portal.accounts.models.user import User

__all__ = ["Appointment", "Delegation", "Gateway", "Invitation", "Membership", "Organisation", "User"]
