"""The fields that say what one line covers, shared by what was asked for and what was granted."""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.workflow import Record


class Scope(Record):
    """Release × use case × environment × data class by one access route, with limits and dates.

    Requests and tokens are per day (UTC), seats at once; `ends_on` is the last day of use.
    """

    release = models.ForeignKey("grants.Release", on_delete=models.PROTECT, related_name="+", verbose_name=_("release"))
    environment = models.ForeignKey(
        "grants.Environment", on_delete=models.PROTECT, related_name="+", verbose_name=_("environment")
    )
    use_case = models.CharField(_("use case"), max_length=50)
    data_class = models.CharField(_("data class"), max_length=50)
    access_route = models.CharField(_("access route"), max_length=50)
    requests_per_day = models.PositiveIntegerField(_("requests a day"), validators=[MinValueValidator(1)])
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), validators=[MinValueValidator(1)])
    seats = models.PositiveIntegerField(_("people at once"), validators=[MinValueValidator(1)])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))

    class Meta:
        abstract = True

    @property
    def covers(self) -> tuple[Any, ...]:
        """What tells a line apart from others of its request or grant; the rest says how much and when."""
        return (self.release_id, self.use_case, self.environment_id, self.data_class, self.access_route)
