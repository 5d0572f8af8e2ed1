"""The trusted status."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.institution import Institution
from partners.states.qualification import QUALIFICATION
from portal.core import clock
from portal.rulebook.schema.base import RISK_TIERS
from portal.workflow import LifecycleModel, lifecycle_triggers

LIVE = ("in_force", "restricted", "suspended")
"""States of a qualification that has not ended."""


class Qualification(LifecycleModel):
    """An institution's status as a trusted partner, from one approved application. Valid to the end of `valid_until`.

    `reason` and `conditions` belong to the present restriction, suspension or removal. `notice_sent` is the
    last of the rulebook's `qualification.notices_days` that was sent.
    """

    TABLE = QUALIFICATION

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="qualifications")
    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="qualification")
    rulebook = models.CharField(_("rulebook version"), max_length=20)
    tier = models.CharField(_("tier"), max_length=8, choices=Application.Tier.choices)
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))
    reason = models.TextField(_("reason"), blank=True)
    conditions = models.TextField(_("conditions"), blank=True)
    removed_until = models.DateField(_("removed until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed"), default=clock.now)
    notice_sent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("qualification")
        verbose_name_plural = _("qualifications")
        triggers = lifecycle_triggers(QUALIFICATION)
        indexes: ClassVar = [
            models.Index(fields=["valid_until"], condition=models.Q(state__in=LIVE), name="qualification_due"),
            models.Index(fields=["institution", "-valid_from"], name="qualification_institution"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution"], condition=models.Q(state__in=LIVE), name="qualification_one_live"
            ),
            models.CheckConstraint(condition=models.Q(tier__in=RISK_TIERS), name="qualification_tier_known"),
            models.CheckConstraint(
                condition=models.Q(valid_until__gte=models.F("valid_from")), name="qualification_dates_in_order"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["restricted", "suspended", "removed"]) | ~models.Q(reason=""),
                name="qualification_held_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
