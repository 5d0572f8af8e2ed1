"""Third parties: who was asked about an institution by a link, without an account, and what they answered."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.states.referee import REFEREE
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class Referee(LifecycleModel):
    """One person who was asked. Of the link only the fingerprint is kept; a new link replaces the one before."""

    TABLE = REFEREE

    class Kind(models.TextChoices):
        REFEREE = "referee", _("Referee")
        ASSESSOR = "assessor", _("Independent assessor")

    class Opinion(models.TextChoices):
        SUPPORTS = "supports", _("Can be trusted with this")
        RESERVED = "reserved", _("Can be trusted, with reservations")
        OPPOSES = "opposes", _("Should not be trusted with this")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="referees")
    kind = models.CharField(_("asked as"), max_length=8, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    relation = models.CharField(_("how they know the institution"), max_length=300)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    sent_at = models.DateTimeField(_("link sent"), default=clock.now)
    expires_at = models.DateTimeField(_("link valid until"))
    reminded_at = models.DateTimeField(_("reminded"), null=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    opinion = models.CharField(_("opinion"), max_length=8, choices=Opinion.choices, blank=True)
    text = models.TextField(_("answer"), blank=True, max_length=6000)
    interest = models.TextField(_("own interest"), blank=True, max_length=2000)
    closed_at = models.DateTimeField(_("answered"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("third party")
        verbose_name_plural = _("third parties")
        triggers = lifecycle_triggers(REFEREE)
        indexes: ClassVar = [
            models.Index(fields=["application", "asked_at"], name="referee_application"),
            models.Index(fields=["expires_at"], condition=models.Q(state="asked"), name="referee_due"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "email"],
                condition=models.Q(state__in=["asked", "answered"]),
                name="referee_asked_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="answered")
                | (~models.Q(opinion="") & ~models.Q(text="") & models.Q(closed_at__isnull=False)),
                name="referee_answered_in_full",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def institution_id(self) -> object:
        return self.application.institution_id

    @property
    def masked_email(self) -> str:
        """r…@uni.example: enough for whoever owns the address to know it again."""
        local, _at, domain = self.email.partition("@")
        return f"{local[:1]}…@{domain}"
