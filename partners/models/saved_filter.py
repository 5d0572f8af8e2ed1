"""Filters of the queue that somebody has kept under a name."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import Record


class SavedFilter(Record):
    """A view of the queue: the filters, search and sorting of its address, without the question mark.

    It belongs to a person in a body; `shared` shows it to everybody of the body. One of each person's own may be the
    one that the queue opens with.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("filters"), max_length=600, blank=True)
    shared = models.BooleanField(_("shared with colleagues"), default=False)
    is_default = models.BooleanField(_("opens with the queue"), default=False)
    made_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        indexes: ClassVar = [models.Index(fields=["body", "shared"], name="saved_filter_body")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "body", "name"], name="saved_filter_once"),
            models.UniqueConstraint(
                fields=["owner", "body"], condition=models.Q(is_default=True), name="saved_filter_one_default"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="saved_filter_named"),
        ]

    def __str__(self) -> str:
        return self.name
