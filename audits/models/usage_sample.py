"""Windows of use that were drawn for an audit, kept as the gateway had reported them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.audit import Audit
from portal.ledger.models import Checkpoint
from portal.workflow import Record, append_only


class UsageSample(Record):
    """The one draw of windows for an audit: from what, by which lot, how many there were.

    The lot is the root of `checkpoint`, the first after the audit began, which nobody could know or choose before; how
    it is drawn is in queries.usage_sample. Drawn from were windows that began from `since` on, before `until`, and had
    been received by `until`, which is when the audit began: `population` of them, `outside` of which no grant covered.
    """

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="usage_sample")
    algorithm = models.CharField(_("algorithm"), max_length=40)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("to"))
    population = models.PositiveBigIntegerField(_("windows"))
    outside = models.PositiveBigIntegerField(_("windows that no grant covered"))
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("sample of use")
        verbose_name_plural = _("samples of use")
        triggers = append_only()
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(until__gt=models.F("since")), name="usagesample_period"),
            models.CheckConstraint(condition=models.Q(outside__lte=models.F("population")), name="usagesample_counts"),
        ]

    def __str__(self) -> str:
        return f"{self.audit_id} {self.population}"


class SampledWindow(Record):
    """One window of the sample. `facts` is what was reported, in words; the window itself may be removed in time.

    `rank` is what put it among the drawn: the lowest of its stratum are.
    """

    class Stratum(models.TextChoices):
        ALL = "all", _("Of all windows")
        OUTSIDE = "outside", _("Of those that no grant covered")

    sample = models.ForeignKey(UsageSample, on_delete=models.PROTECT, related_name="windows")
    place = models.PositiveSmallIntegerField(_("place"))
    stratum = models.CharField(_("drawn"), max_length=8, choices=Stratum.choices)
    rank = models.CharField(_("rank"), max_length=64)
    gateway_id = models.UUIDField(editable=False)
    event_id = models.CharField(_("event"), max_length=120)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    facts = models.JSONField()

    class Meta:
        verbose_name = _("sampled window of use")
        verbose_name_plural = _("sampled windows of use")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["sample", "place"], name="sampledwindow_place"),
            models.UniqueConstraint(
                fields=["sample", "gateway_id", "event_id", "started_at"], name="sampledwindow_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.started_at:%Y-%m-%d %H:%M}"
