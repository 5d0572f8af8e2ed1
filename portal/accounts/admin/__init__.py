"""The system administrator's pages on the desk: bodies, people, invitations, gateways, appointments."""

from portal.accounts.admin import people
from portal.accounts.admin.organisation import OrganisationAdmin

__all__ = ["OrganisationAdmin", "people"]
