"""What providers answered for a line, and what signatories signed. Rows are only added."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.request import GrantRequest, RequestLine
from portal.core import clock
from portal.workflow import Record, append_only


class Consent(Record):
    """A provider's answer for one line. The latest counts; a line without one is not granted."""

    class Answer(models.TextChoices):
        CONSENT = "consent", _("Consents")
        CONDITIONS = "conditions", _("Consents with conditions")
        DECLINE = "decline", _("Declines")

    line = models.ForeignKey(RequestLine, on_delete=models.PROTECT, related_name="consents")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    review = models.ForeignKey("grants.LineReview", on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("answer"), max_length=10, choices=Answer.choices)
    conditions = ArrayField(models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions"))
    reason_code = models.CharField(_("reason"), max_length=50, blank=True)
    reason = models.TextField(_("reason in words"), max_length=2000, blank=True)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("provider's answer")
        verbose_name_plural = _("providers' answers")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["line", "-id"], name="consent_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(answer="decline") | ~models.Q(reason_code=""), name="consent_declined_with_reason"
            ),
            models.CheckConstraint(
                condition=~models.Q(answer="conditions") | ~models.Q(conditions=[]), name="consent_names_conditions"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.answer}"


class GrantSignature(Record):
    """A signatory's yes or no, bound to the digest of what they read. A changed case leaves it without effect."""

    class Decision(models.TextChoices):
        SIGN = "sign", _("Signed")
        REFUSE = "refuse", _("Refused to sign")

    request = models.ForeignKey(GrantRequest, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    signatory = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    stands_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("second factor shown"), null=True)
    signed_at = models.DateTimeField(_("signed"), default=clock.now)

    class Meta:
        verbose_name = _("signature")
        verbose_name_plural = _("signatures")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "digest", "signatory"], name="grantsignature_once"),
            models.CheckConstraint(
                condition=~models.Q(decision="refuse") | ~models.Q(reason=""), name="grantsignature_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.decision}"
