"""Letters to institutions, as they were sent."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.assessment import Query
from portal.core import clock
from portal.workflow import Record, append_only


class Letter(Record):
    """A letter as it was sent: a sealed PDF outside the web root, its hash, and the code that is printed on it.

    `occasion` tells apart several of one kind: the question, the notice of a reminder, or after which setting aside
    of a refusal. `sealed_by` is the SHA-256 of the certificate. Letters made before there was a seal have neither code
    nor certificate.
    """

    class Kind(models.TextChoices):
        APPROVAL = "approval", _("Letter of qualification")
        REFUSAL = "refusal", _("Letter of refusal")
        QUESTION = "question", _("Question to the institution")
        REMINDER = "reminder", _("Reminder")
        CERTIFICATE = "certificate", _("Certificate of qualification")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="letters")
    query = models.ForeignKey(Query, on_delete=models.PROTECT, null=True, related_name="letters")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    occasion = models.CharField(max_length=60, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LETTER_LANGUAGES, default="en-gb")
    code = models.CharField(_("code"), max_length=20, null=True, unique=True, editable=False)  # noqa: DJ001 -- unique
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    sealed_by = models.CharField(_("certificate"), max_length=64, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"))
    stored_name = models.CharField(max_length=100, editable=False)
    made_at = models.DateTimeField(_("made"), default=clock.now)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["sha256"], name="letter_digest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["application", "kind", "occasion"], name="letter_once"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
