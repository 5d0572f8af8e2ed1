"""Signatures: what was shown, who signed or refused it for which body, and what voided it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application, Revision
from partners.models.assessment import ByPerson
from portal.core import clock
from portal.workflow import Record, append_only


class Dossier(Record):
    """Precisely what signatories were shown. `digest` is the SHA-256 of the canonical JSON of `content`."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="dossiers")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="dossiers")
    content = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta:
        verbose_name = _("dossier")
        verbose_name_plural = _("dossiers")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "digest"], name="dossier_once")]

    def __str__(self) -> str:
        return self.digest[:12]


class Signature(ByPerson):
    """A signatory signed or refused a dossier for a body. Never changed; a void is a row of its own.

    `stands_for` is the signatory in whose place a deputy signed; `confirmed_at` when the second factor was shown.
    """

    class Decision(models.TextChoices):
        SIGN = "sign", _("Signed")
        REFUSE = "refuse", _("Refused")

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(_("digest of what was signed"), max_length=64)
    decision = models.CharField(_("decision"), max_length=8, choices=Decision.choices)
    reasons = ArrayField(models.CharField(max_length=50), verbose_name=_("reasons"), default=list, blank=True)
    note = models.TextField(_("explanation"), blank=True, max_length=4000)
    stands_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("second factor shown"), null=True)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["by", "-at"], name="signature_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "by"], name="signature_once"),
            models.CheckConstraint(
                condition=models.Q(decision="sign", reasons=[]) | (models.Q(decision="refuse") & ~models.Q(reasons=[])),
                name="signature_refusal_has_reasons",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.decision}"


class SignatureVoid(Record):
    """What was signed has changed, or was taken back: the signature no longer counts. Its row stays."""

    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="void")
    reason = models.CharField(_("why"), max_length=200)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("voided signature")
        verbose_name_plural = _("voided signatures")
        triggers = append_only()

    def __str__(self) -> str:
        return self.reason
