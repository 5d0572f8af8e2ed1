"""Assigning one reviewer to several cases: a deed for each, so that one refusal undoes nothing of the others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from partners.actions.case import assign_reviewer
from partners.models import Application
from portal.accounts.models import User
from portal.core.actors import Actor
from portal.core.verdicts import Refused

MOST = 100
"""Cases at once."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one case: the reason where it was refused."""

    application: Application
    reason: str = ""

    @property
    def done(self) -> bool:
        return not self.reason


def assign_to_all(*, applications: Iterable[Application], reviewer: User, by: Actor) -> list[Outcome]:
    """Assign the reviewer to each of the cases. Never raises Refused: each outcome says why it was not done."""
    found = []
    for application in list(applications)[:MOST]:
        try:
            assign_reviewer(application=application, reviewer=reviewer, by=by)
        except Refused as error:
            found.append(Outcome(application, str(error.verdict.reason) or _("It was refused.")))
        else:
            found.append(Outcome(application))
    return found
