"""What was declared in an institution's name, by whom, and over which content. Never changed, never deleted."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.institution import Institution
from portal.workflow import Record, append_only


class Declaration(Record):
    """One declaration of the rulebook, or an agreement, as it was made.

    `about` is the id of what it was made for and `noun` its kind (application, grant_request, grant). `text` is the
    version that was read, `text_digest` its SHA-256; `content` is the digest of what the declaration answers for.
    `confirmed_at` is when the person last showed a second factor before.
    """

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="declarations")
    noun = models.CharField(_("made for"), max_length=20)
    about = models.UUIDField(editable=False)
    key = models.CharField(_("declaration"), max_length=50)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    text_digest = models.CharField(_("digest of the text"), max_length=64)
    rulebook = models.CharField(_("rulebook version"), max_length=20)
    content = models.CharField(_("digest of the content"), max_length=64)
    capacity = models.CharField(_("in what capacity"), max_length=150)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by"))
    confirmed_at = models.DateTimeField(_("second factor shown"))
    at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("declaration")
        verbose_name_plural = _("declarations")
        triggers = append_only()
        indexes: ClassVar = [
            models.Index(fields=["about", "-at"], name="declaration_about"),
            models.Index(fields=["institution", "-at"], name="declaration_institution"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(capacity=""), name="declaration_says_in_what_capacity"),
            models.CheckConstraint(
                condition=models.Q(confirmed_at__lte=models.F("at")), name="declaration_confirmed_before"
            ),
        ]

    def __str__(self) -> str:
        return self.title
