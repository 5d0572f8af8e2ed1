"""Lines whose last day has passed while their grant goes on."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import GrantLine
from portal.core import clock
from portal.workflow import Record, append_only


class LineEnd(Record):
    """That the last day of a line has passed, and that everybody concerned was told. Written once, by a sweep.

    It decides nothing: the gate reads the line's own last day. `last_day` is the one that held, narrowed or not.
    """

    line = models.OneToOneField(GrantLine, on_delete=models.PROTECT, related_name="end")
    last_day = models.DateField(_("last day"))
    noted_at = models.DateTimeField(_("noted"), default=clock.now)

    class Meta:
        verbose_name = _("end of a line")
        verbose_name_plural = _("ends of lines")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.line_id}: {self.last_day}"
