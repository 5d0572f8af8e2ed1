"""Saved views: filters of a board under a name, for whoever saved them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import Record

NAME_LENGTH, QUERY_LENGTH = 60, 1000


class SavedView(Record):
    """The filters that a person wants to find again, as the address of the board has them.

    Kept for a person in one organisation: what they may see, and so what can be narrowed by, is another elsewhere. It
    opens nothing: whoever follows it sees what their roles let them see on that day.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    board = models.CharField(_("board"), max_length=30)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    query = models.CharField(_("filters"), max_length=QUERY_LENGTH, blank=True)
    saved_at = models.DateTimeField(_("saved"), default=clock.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints: ClassVar = [
            models.UniqueConstraint("owner", "organisation", Lower("name"), name="savedview_name_once"),
            models.CheckConstraint(condition=~models.Q(name="") & ~models.Q(board=""), name="savedview_is_named"),
        ]

    def __str__(self) -> str:
        return self.name
