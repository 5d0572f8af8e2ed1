"""Signing keys, one row each. The private half is whatever the backend hands out to keep, never a key in the clear."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.keys.purposes import CHOICES, PURPOSES, Purpose
from portal.keys.states import SIGNING_KEY
from portal.workflow import LifecycleModel, lifecycle_triggers


class SigningKey(LifecycleModel):
    """`kid` is the thumbprint of the public key (RFC 7638), `public` its JWK without private members.

    `backend` names whose `handle` it is: an encrypted key, or a reference to one that never leaves a module.
    A retired key is published until `published_until`; an active one is replaced from `rotate_from` on.
    """

    TABLE = SIGNING_KEY

    purpose = models.CharField(_("purpose"), max_length=20, choices=CHOICES, editable=False)
    algorithm = models.CharField(_("algorithm"), max_length=10, editable=False)
    kid = models.CharField(_("key id"), max_length=43, unique=True, editable=False)
    public = models.JSONField(_("public key"), editable=False)
    backend = models.CharField(_("kept by"), max_length=20, editable=False)
    handle = models.BinaryField()
    created_at = models.DateTimeField(_("published since"), default=clock.now, editable=False)
    activated_at = models.DateTimeField(_("in use since"), null=True)
    rotate_from = models.DateTimeField(_("to be replaced from"), null=True)
    retired_at = models.DateTimeField(_("replaced"), null=True)
    published_until = models.DateTimeField(_("published until"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    reason = models.CharField(_("why it was withdrawn"), max_length=500, blank=True)

    replaces_none: bool = False
    replaces_withdrawn: bool = False
    """Said by the deed that takes it into use: it does not wait for caches where there is nothing else to sign with."""

    class Meta(LifecycleModel.Meta):
        verbose_name = _("signing key")
        verbose_name_plural = _("signing keys")
        ordering = ("-created_at", "-id")
        triggers = lifecycle_triggers(SIGNING_KEY)
        indexes: ClassVar = [
            models.Index(fields=["rotate_from"], condition=models.Q(state="active"), name="signing_key_rotation"),
            models.Index(fields=["published_until"], condition=models.Q(state="retired"), name="signing_key_end"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="active"), name="signing_key_one_active"
            ),
            models.UniqueConstraint(
                fields=["purpose"], condition=models.Q(state="upcoming"), name="signing_key_one_upcoming"
            ),
            models.CheckConstraint(
                condition=models.Q(state="upcoming", activated_at__isnull=True)
                | models.Q(state="withdrawn")
                | (~models.Q(state__in=["upcoming", "withdrawn"]) & models.Q(activated_at__isnull=False)),
                name="signing_key_used_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_at__isnull=True, reason="")),
                name="signing_key_withdrawn_when_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["retired", "ended"])
                | models.Q(retired_at__isnull=False, published_until__isnull=False),
                name="signing_key_retired_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.kid[:8]}"

    @property
    def rules(self) -> Purpose:
        """What keys of its purpose are held to."""
        return PURPOSES[self.purpose]

    @property
    def label(self) -> str:
        """What its handle is bound to: an encrypted key moved to another row does not open."""
        return f"{self.pk}/{self.purpose}/{self.algorithm}"

    @property
    def jwk(self) -> dict[str, str]:
        """As it is published (RFC 7517): for signatures only, by one algorithm only."""
        return {**self.public, "kid": self.kid, "use": "sig", "alg": self.algorithm}

    def kept_until(self, moment: datetime) -> datetime:
        """Until when it is published if it signs nothing after that moment."""
        return moment + self.rules.valid
