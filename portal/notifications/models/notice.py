"""The inbox: what a person was told, in the words of that moment."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.workflow import Record


class Notice(Record):
    """One thing that one person was told. `key` makes it once for each kind and recipient.

    `url` is a path of the portal; `about` the id of the object that it speaks of.
    """

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(_("kind"), max_length=80)
    key = models.CharField(max_length=200, editable=False)
    title = models.CharField(_("subject"), max_length=250)
    body = models.TextField(_("text"))
    action = models.CharField(max_length=100, blank=True)
    url = models.CharField(max_length=500)
    about = models.UUIDField(null=True, editable=False)
    urgent = models.BooleanField(_("urgent"), default=False)
    created_at = models.DateTimeField(_("received"), default=clock.now, editable=False)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering: ClassVar = ["-created_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "kind", "key"], name="notice_once"),
            models.CheckConstraint(
                condition=models.Q(url__startswith="/") & ~models.Q(url__startswith="//"), name="notice_url_is_ours"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notice_inbox"),
            models.Index(fields=["recipient"], condition=models.Q(read_at__isnull=True), name="notice_unread"),
            models.Index(fields=["about"], name="notice_about"),
        ]

    def __str__(self) -> str:
        return self.title
