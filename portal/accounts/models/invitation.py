"""Invitations by e-mail. The link's token is kept only as a hash."""

from __future__ import annotations

import hashlib
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.membership import ROLE_CHOICES
from portal.accounts.models.organisation import Organisation
from portal.accounts.states import INVITATION
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


def token_hash(token: str) -> str:
    """SHA-256 of the token, 64 hexadecimal digits. Tokens have 256 random bits, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


class Invitation(LifecycleModel):
    """An offer of membership to whoever reads that mailbox."""

    TABLE = INVITATION

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    roles = ArrayField(models.CharField(max_length=24, choices=ROLE_CHOICES), verbose_name=_("roles"))
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sent_at = models.DateTimeField(_("sent"), default=clock.now)
    expires_at = models.DateTimeField(_("valid until"))

    class Meta(LifecycleModel.Meta):
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        triggers = lifecycle_triggers(INVITATION)
        indexes: ClassVar = [
            models.Index(fields=["expires_at"], condition=models.Q(state="sent"), name="invitation_due")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), "organisation", condition=models.Q(state="sent"), name="invitation_open_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="accepted", accepted_by__isnull=False)
                | (~models.Q(state="accepted") & models.Q(accepted_by__isnull=True)),
                name="invitation_accepted_by_someone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} · {self.organisation}"
