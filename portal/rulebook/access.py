"""Who may read which version of the rulebook."""

from __future__ import annotations

from django.http import Http404

from portal.core.actors import Actor
from portal.rulebook.models import RulebookVersion
from portal.rulebook.queries import PUBLIC_STATES


def may_write_rules(actor: Actor) -> bool:
    """Whether the actor is among those who propose versions, and so reads drafts and rejected ones."""
    return actor.has("oversight_member")


def get_version(*, actor: Actor, version: str) -> RulebookVersion:
    """A version: published ones for everybody, the others for those who write the rules. Http404 for the rest."""
    rows = RulebookVersion.objects.filter(version=version)
    if not may_write_rules(actor):
        rows = rows.filter(state__in=PUBLIC_STATES)
    found: RulebookVersion | None = rows.first()
    if found is None:
        raise Http404("No such version.")
    return found
