"""How often gateways were answered what. Counted by the minute, never one row for each question."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core.append_only import append_only
from portal.workflow import Record


class AccessTally(Record):
    """Answers of one web process in one window. Plain ids, no foreign keys: counting must never wait for a lock,
    and a question may name what does not exist. Rows are added only; sums are made when read.
    """

    window = models.DateTimeField(_("minute"))
    provider_id = models.UUIDField()
    institution_id = models.UUIDField(null=True)
    release_id = models.UUIDField(null=True)
    line_id = models.UUIDField(null=True)
    use_case = models.CharField(max_length=50, blank=True)
    permitted = models.BooleanField()
    reason_code = models.CharField(max_length=40, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("count of access answers")
        verbose_name_plural = _("counts of access answers")
        triggers = append_only()
        indexes: ClassVar = [
            models.Index(fields=["institution_id", "-window"], name="tally_institution"),
            models.Index(fields=["provider_id", "-window"], name="tally_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.window:%H:%M} {self.reason_code or 'permit'} {self.count}"
