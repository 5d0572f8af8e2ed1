"""Signals: what providers' machines are told, and to which streams each was delivered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.stream import Stream
from portal.core import clock
from portal.workflow import Record, append_only


class Signal(Record):
    """One security event token (RFC 8417) before it is signed; its id is the `jti`.

    It is for one provider, and where it is about a stream itself for that stream alone. `subject` is what it is about
    in the provider's terms (RFC 9493), `on` and `target_id` the same as this portal knows it. `transaction` is shared
    by all that one deed led to, `happened_at` is the time of that deed. `hold` is the one that it tells of.
    """

    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, null=True, related_name="+")
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, null=True, related_name="own_signals")
    on = models.CharField(max_length=12)
    target_id = models.UUIDField()
    event = models.CharField(_("event"), max_length=30)
    subject = models.JSONField()
    payload = models.JSONField()
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="signals")
    transaction = models.UUIDField()
    happened_at = models.DateTimeField(_("happened"), default=clock.now)
    issued_at = models.DateTimeField(_("issued"), default=clock.now)

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        triggers = append_only()
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "provider", "on", "target_id", "-id"],
                condition=models.Q(event__in=["account-disabled", "account-enabled"]),
                name="signal_last_told",
            ),
            models.Index(fields=["hold"], condition=models.Q(hold__isnull=False), name="signal_of_hold"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(on="stream", stream__isnull=False, institution__isnull=True)
                | (~models.Q(on="stream") & models.Q(stream__isnull=True, institution__isnull=False)),
                name="signal_of_a_stream_or_an_institution",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.on} {self.target_id}"


class Delivery(models.Model):
    """A signal on its way down one stream. The key counts up: of one subject a stream gets the lowest first.

    It is delivered, again and again, until `acknowledged_at` is set; nothing is ever dropped. `next_attempt_at` is set
    where the receiver took this very token for wrong; what kept the receiver from hearing at all stands on the stream.
    """

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="deliveries")
    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="deliveries")
    subject_key = models.CharField(max_length=60)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("last sent"), null=True)
    next_attempt_at = models.DateTimeField(_("sent again"), null=True)
    error = models.CharField(_("last error"), max_length=500, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True)

    class Meta:
        verbose_name = _("delivery of a signal")
        verbose_name_plural = _("deliveries of signals")
        indexes: ClassVar = [
            models.Index(
                fields=["stream", "subject_key", "id"],
                condition=models.Q(acknowledged_at__isnull=True),
                name="delivery_waiting",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["signal", "stream"], name="delivery_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stream_id}: {self.signal_id}"
