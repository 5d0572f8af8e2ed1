"""Streams of signals: where and how a provider's machine hears of what happens to access."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.states_streams import STREAM
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class Stream(LifecycleModel):
    """One stream of one API client (OpenID Shared Signals Framework 1.0 §8.1). Its state is the stream's status.

    `authorization` is what the receiver wants to be shown with each push, encrypted (portal.keys.sealed). `reason` is
    what was said with the status. `events_requested` empty: all there are. How delivery goes, written by the
    transmitter: `delivered_at` is the last acknowledgement, `failing_since` the first failure after it, `retry_at` when
    the receiver is tried again at all, `last_error` what it, or the way to it, answered last.
    """

    class Method(models.TextChoices):
        PUSH = "push", _("Push (RFC 8935)")
        POLL = "poll", _("Poll (RFC 8936)")

    TABLE = STREAM

    gateway = models.ForeignKey("accounts.Gateway", on_delete=models.PROTECT, related_name="streams")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    method = models.CharField(_("delivery"), max_length=4, choices=Method.choices)
    endpoint_url = models.CharField(_("address of the receiver"), max_length=1000, blank=True)
    authorization = models.BinaryField(null=True, blank=True, editable=False)
    events_requested = ArrayField(
        models.CharField(max_length=200), default=list, blank=True, verbose_name=_("events asked for")
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    reason = models.CharField(_("why"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    updated_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)
    verified_at = models.DateTimeField(_("last test asked for"), null=True, editable=False)
    delivered_at = models.DateTimeField(_("last acknowledged"), null=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    retry_at = models.DateTimeField(_("tried again"), null=True, editable=False)
    last_error = models.CharField(_("last error"), max_length=500, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("stream of signals")
        verbose_name_plural = _("streams of signals")
        triggers = lifecycle_triggers(STREAM)
        indexes: ClassVar = [
            models.Index(fields=["gateway", "-id"], name="stream_gateway"),
            models.Index(
                fields=["provider"], condition=models.Q(state__in=["enabled", "paused"]), name="stream_collecting"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(models.Q(method="push") & ~models.Q(endpoint_url=""))
                | models.Q(method="poll", endpoint_url="", authorization__isnull=True),
                name="stream_push_has_an_address",
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.pk)
