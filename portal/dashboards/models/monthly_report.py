"""Monthly reports to the oversight board."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.dashboards.states import MONTHLY_REPORT
from portal.workflow import LifecycleModel, lifecycle_triggers


class MonthlyReport(LifecycleModel):
    """The figures of one month as a sealed PDF outside the web root, with its hash and the code that is printed on it.

    `month` is its first day. `digest` is over what is reported: titles and tables, not how they are set.
    """

    TABLE = MONTHLY_REPORT

    month = models.DateField(_("month"), unique=True)
    reference = models.CharField(_("reference"), max_length=20, unique=True)
    digest = models.CharField(_("digest of the figures"), max_length=64)
    code = models.CharField(_("code"), max_length=20, unique=True, editable=False)
    sha256 = models.CharField(_("SHA-256"), max_length=64, unique=True)
    sealed_by = models.CharField(_("certificate"), max_length=64)
    size = models.PositiveIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("monthly report")
        verbose_name_plural = _("monthly reports")
        triggers = lifecycle_triggers(MONTHLY_REPORT)
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(month__day=1), name="monthlyreport_is_of_a_month"),
        ]

    def __str__(self) -> str:
        return self.reference
