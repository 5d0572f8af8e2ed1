"""Holds: what stops access at once, on a partner, a grant, one line, an environment or a person."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.states import HOLD, HOLD_STOPS
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

TARGETS = ("partner", "grant", "line", "environment", "person")


def _exactly_one() -> models.Q:
    condition = models.Q()
    for target in TARGETS:
        condition |= models.Q(**{f"{other}__isnull": other != target for other in TARGETS})
    return condition


def _stops_here(target: str) -> models.Q:
    return models.Q(**{"state__in": HOLD_STOPS, f"{target}__isnull": False})


class Hold(LifecycleModel):
    """Stops access from the moment it is placed. `institution` is the partner concerned, whatever the target.

    `confirm_by` is set for an emergency hold only: when nobody of another body confirms it until then, it lapses.

    One on a `person` stops that person at that institution, whichever of its namings the hold was placed on: every
    naming of the same institution with the same account or the same e-mail address (in any case of letters). Others of
    the institution, and questions about no person, go on.
    """

    TABLE = HOLD

    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="holds")
    partner = models.ForeignKey(
        "partners.Institution", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    grant = models.ForeignKey("grants.Grant", on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    line = models.ForeignKey("grants.GrantLine", on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    environment = models.ForeignKey(
        "grants.Environment", on_delete=models.PROTECT, null=True, blank=True, related_name="holds"
    )
    person = models.ForeignKey("partners.Person", on_delete=models.PROTECT, null=True, blank=True, related_name="holds")
    emergency = models.BooleanField(_("emergency"), default=False)
    reason = models.TextField(_("why"), max_length=2000)
    lifted_when = models.TextField(_("lifted when"), max_length=2000)
    incident = models.CharField(_("incident"), max_length=20, blank=True)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    placed_at = models.DateTimeField(_("placed"), default=clock.now)
    placed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    placed_body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    confirm_by = models.DateTimeField(_("to be confirmed by"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, blank=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.TextField(_("why it ended"), max_length=2000, blank=True)
    notice_sent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        triggers = lifecycle_triggers(HOLD)
        indexes: ClassVar = [
            models.Index(fields=["institution", "state"], name="hold_institution"),
            models.Index(
                fields=["confirm_by"], condition=models.Q(state="placed", emergency=True), name="hold_unconfirmed"
            ),
            *[
                models.Index(fields=[target], condition=_stops_here(target), name=f"hold_on_{target}")
                for target in TARGETS
            ],
        ]  # fmt: skip
        constraints: ClassVar = [
            models.CheckConstraint(condition=_exactly_one(), name="hold_on_exactly_one"),
            models.CheckConstraint(
                condition=models.Q(emergency=True, confirm_by__isnull=False)
                | models.Q(emergency=False, confirm_by__isnull=True),
                name="hold_emergency_confirm_by",
            ),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__isnull=True, confirmed_by__isnull=True, confirmed_body__isnull=True)
                | models.Q(confirmed_at__isnull=False, confirmed_by__isnull=False, confirmed_body__isnull=False),
                name="hold_confirmed_when_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="confirmed") | models.Q(confirmed_at__isnull=False),
                name="hold_confirmed_with_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["lifted", "lapsed"], ended_at__isnull=False)
                | (~models.Q(state__in=["lifted", "lapsed"]) & models.Q(ended_at__isnull=True)),
                name="hold_ended_with_time",
            ),
        ]

    def __str__(self) -> str:
        return str(_("Hold on %(what)s") % {"what": self.target})

    @property
    def target_kind(self) -> str:
        """Which of the five it is on: partner, grant, line, environment or person."""
        return next(name for name in TARGETS if getattr(self, f"{name}_id") is not None)

    @property
    def target_id(self) -> UUID:
        """The key of what it is on. No query."""
        found: UUID = getattr(self, f"{self.target_kind}_id")
        return found

    @property
    def target(self) -> models.Model:
        target: models.Model = getattr(self, self.target_kind)
        return target

    @property
    def stops(self) -> bool:
        return self.state in HOLD_STOPS
