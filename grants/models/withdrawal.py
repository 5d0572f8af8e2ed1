"""A provider takes back its consent to a line of a live grant, with notice."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import GrantLine
from grants.states import CONSENT_WITHDRAWAL
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class ConsentWithdrawal(LifecycleModel):
    """The line permits nothing from `effective_on` on (the first day without it, in UTC), unless taken back before.

    What decides is the day, never the state: one that is `noticed` or `in_effect` stops its line when `effective_on`
    has come, whether a sweep has marked it yet or not. One that is `taken_back` stops nothing. Where the rulebook does
    not wait (consent.withdrawal_at_once), that day is the day of the notice, and it is in effect with it.
    """

    TABLE = CONSENT_WITHDRAWAL

    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, related_name="withdrawals")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    reason_code = models.CharField(_("reason"), max_length=50)
    reason = models.TextField(_("reason in words"), max_length=2000)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    given_at = models.DateTimeField(_("notice given"), default=clock.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    effective_on = models.DateField(_("first day without access"))
    took_effect_at = models.DateTimeField(_("took effect"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    taken_back_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    take_back_reason = models.TextField(_("why it was taken back"), max_length=2000, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("withdrawal of consent")
        verbose_name_plural = _("withdrawals of consent")
        triggers = lifecycle_triggers(CONSENT_WITHDRAWAL)
        indexes: ClassVar = [
            models.Index(fields=["effective_on"], condition=models.Q(state="noticed"), name="withdrawal_due"),
            models.Index(fields=["provider", "-id"], name="withdrawal_provider"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["line"], condition=models.Q(state__in=["noticed", "in_effect"]), name="withdrawal_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(reason_code=""), name="withdrawal_with_reason"
            ),
            models.CheckConstraint(
                condition=models.Q(state="taken_back", taken_back_at__isnull=False, taken_back_by__isnull=False)
                | (~models.Q(state="taken_back") & models.Q(taken_back_at__isnull=True, taken_back_by__isnull=True)),
                name="withdrawal_taken_back_when_by",
            ),
            models.CheckConstraint(
                condition=models.Q(state="in_effect", took_effect_at__isnull=False)
                | (~models.Q(state="in_effect") & models.Q(took_effect_at__isnull=True)),
                name="withdrawal_took_effect_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.state}"
