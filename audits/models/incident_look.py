"""Who looked at a restricted incident, and on which day."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.workflow import Record, append_only


class IncidentLook(Record):
    """One person's first look at an incident on a day while its marking was a restricted one."""

    incident = models.ForeignKey("audits.Incident", on_delete=models.PROTECT, related_name="looks")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    on = models.DateField(_("day"))
    looked_at = models.DateTimeField(_("first looked"), default=clock.now)
    marking = models.CharField(_("marking then"), max_length=12)

    class Meta:
        verbose_name = _("look at an incident")
        verbose_name_plural = _("looks at incidents")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "person", "body", "on"], name="incidentlook_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.person_id} {self.on}"
