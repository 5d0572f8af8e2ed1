"""Cover for absence: a signatory's duty in somebody else's hands, for a time."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.membership import Membership
from portal.accounts.models.organisation import Organisation
from portal.accounts.states import DELEGATION
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

MOST_DAYS = 92
"""The longest cover, a quarter: whoever is away for longer hands the role over."""


class Delegation(LifecycleModel):
    """A deputy signs in a signatory's place from the first to the last day, both counted, in the same authority.

    It is in effect only while the signatory is still a member with the role. Whoever is covered and the deputy count
    as one person: of the two, one signs a case.
    """

    TABLE = DELEGATION

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="delegations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    deputy = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="covers")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"), default=clock.now)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("cover for absence")
        verbose_name_plural = _("covers for absence")
        triggers = lifecycle_triggers(DELEGATION)
        indexes: ClassVar = [
            models.Index(fields=["deputy", "organisation"], condition=models.Q(state="given"), name="delegation_deputy")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on"))
                & models.Q(ends_on__lt=models.F("starts_on") + timedelta(days=MOST_DAYS)),
                name="delegation_is_for_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deputy}: {self.starts_on} – {self.ends_on}"

    @property
    def is_in_effect(self) -> bool:
        """Whether the deputy may sign today."""
        return self.state == "given" and self.starts_on <= clock.today() <= self.ends_on
