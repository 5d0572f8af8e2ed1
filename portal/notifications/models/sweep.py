"""What each sweep did last."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class SweepRun(models.Model):
    """The last run of one sweep. `left` are rows still due after it; `error` says what went wrong last."""

    task = models.CharField(_("sweep"), max_length=200, primary_key=True)
    started_at = models.DateTimeField(_("last start"), null=True)
    finished_at = models.DateTimeField(_("last end"), null=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    failed = models.PositiveIntegerField(_("failed"), default=0)
    left = models.PositiveIntegerField(_("still due"), default=0)
    error = models.CharField(_("error"), max_length=500, blank=True)
    failed_at = models.DateTimeField(_("last failure"), null=True)

    class Meta:
        verbose_name = _("run of a sweep")
        verbose_name_plural = _("runs of sweeps")
        ordering: ClassVar = ["task"]

    def __str__(self) -> str:
        return self.task
