"""The calendars of countries, so that working days can be counted where the data is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Workday(models.Model):
    """How many working days a country has had by the end of a day, since the beginning of 2000.

    The difference of two is the working days between (portal.rulebook.durations.working_days_between).
    """

    country = models.CharField(_("country"), max_length=2)
    day = models.DateField(_("day"))
    nth = models.IntegerField(_("working days until then"))

    class Meta:
        verbose_name = _("working day")
        verbose_name_plural = _("working days")
        constraints: ClassVar = [models.UniqueConstraint(fields=["country", "day"], name="workday_once")]

    def __str__(self) -> str:
        return f"{self.country} {self.day}: {self.nth}"
