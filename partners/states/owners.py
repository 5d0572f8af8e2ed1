"""Guards of several tables: whose a thing is."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def own_institution(subject: Any, actor: Actor) -> Verdict:
    """Applicants act for their own institution only."""
    if actor.has("system") or actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("This belongs to another institution."), code="other_body", rule="partners.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Case officers run the cases of their own authority only."""
    if actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(
        _("Only a case officer of the authority that runs this case may do this."),
        code="other_body",
        rule="partners.own_authority",
    )
