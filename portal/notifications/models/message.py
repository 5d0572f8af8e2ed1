"""The outbox, and the mailbox of a demonstration."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.workflow import Record


class Message(Record):
    """One e-mail to one address, written in the deed's transaction and sent afterwards.

    An attempt begins by counting itself and planning the next one (`attempts`, `next_attempt_at`), so that
    a worker that dies in the middle needs no cleaning up: the message is simply due again.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed for good")

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    to = models.EmailField(_("to"))
    kind = models.CharField(_("kind"), max_length=80)
    key = models.CharField(max_length=200, editable=False)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    urgent = models.BooleanField(_("urgent"), default=False)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    created_at = models.DateTimeField(_("queued"), default=clock.now, editable=False)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, default=clock.now)
    sent_at = models.DateTimeField(_("sent at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=500, blank=True)
    cleared_at = models.DateTimeField(_("text removed"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["to", "kind", "key"], name="message_once"),
            models.CheckConstraint(
                condition=models.Q(status="waiting", sent_at__isnull=True, next_attempt_at__isnull=False)
                | models.Q(status="sent", sent_at__isnull=False, next_attempt_at__isnull=True)
                | models.Q(status="failed", sent_at__isnull=True, next_attempt_at__isnull=True),
                name="message_status_and_times",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_attempt_at"], condition=models.Q(status="waiting"), name="message_due"),
            models.Index(fields=["-created_at"], condition=models.Q(status="failed"), name="message_failed"),
            models.Index(
                fields=["sent_at"], condition=models.Q(status="sent", cleared_at__isnull=True), name="message_to_clear"
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Mail(models.Model):
    """A mail in the demonstration's mailbox. The Message-ID is unique: the same message arrives once."""

    message_id = models.CharField(max_length=200, unique=True)
    sender = models.CharField(_("from"), max_length=320)
    to = models.CharField(_("to"), max_length=320)
    subject = models.CharField(_("subject"), max_length=250)
    text = models.TextField(_("text"))
    html = models.TextField(blank=True)
    received_at = models.DateTimeField(_("received"), default=clock.now, editable=False)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        ordering: ClassVar = ["-received_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "-id"], name="mail_latest"),
            models.Index(fields=["to", "-received_at"], name="mail_to"),
        ]

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("mail", args=[self.pk])
