"""Lines that an institution gave back while the rest of the grant stays in force."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import GrantLine
from portal.core import clock
from portal.workflow import Record, append_only


class LineSurrender(Record):
    """One line given back, with the reason. From its moment on the line permits nothing, at the gate and on pages."""

    line = models.OneToOneField(GrantLine, on_delete=models.PROTECT, related_name="surrender")
    reason = models.TextField(_("reason"), max_length=2000)
    surrendered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    surrendered_at = models.DateTimeField(_("given back"), default=clock.now)

    class Meta:
        verbose_name = _("line given back")
        verbose_name_plural = _("lines given back")
        triggers = append_only()
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="linesurrender_with_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}"
