"""Documents of an institution."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.institution import Institution
from partners.states.evidence import UPLOAD
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

KEPT = ("quarantined", "stored")
"""States in which the bytes are there."""
LIVE = ("received", *KEPT)
"""States of a file that is, or may yet be, a document."""


def kind_label(kind: str) -> str:
    """A kind of document in words. The rulebook's questions name kinds as slugs."""
    return kind.replace("_", " ").capitalize() if kind else str(_("Other"))


NOTICE_DAYS = (60, 30, 7)
"""Days before the end of a document at which the institution is reminded."""


class Evidence(LifecycleModel):
    """One file of a document. It lies outside the web root under a random name; a new version is a new row.

    `series` is the id of the first version, which all versions share; `replaces` is the version before. A
    redacted copy is a row as well: `redacts` names what it is a copy of. `about` is the id of what it was
    uploaded for where that belongs to another room (a grant request, a finding); `question` is the question that
    it answers. `scanned_at` and `scanner` say when and by what it was found clean; where they are empty no
    scanner was configured. `reminded` is the last of the notices of its end that was sent, in days.
    """

    TABLE = UPLOAD

    class Marking(models.TextChoices):
        """Traffic Light Protocol 2.0."""

        CLEAR = "clear", _("TLP:CLEAR")
        GREEN = "green", _("TLP:GREEN")
        AMBER = "amber", _("TLP:AMBER")
        AMBER_STRICT = "amber_strict", _("TLP:AMBER+STRICT")
        RED = "red", _("TLP:RED")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="evidence")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="evidence")
    about = models.UUIDField(null=True, editable=False)
    question = models.CharField(max_length=50, blank=True)
    kind = models.CharField(_("kind"), max_length=50, blank=True)
    name = models.CharField(_("name"), max_length=200)
    series = models.UUIDField(editable=False)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="successors")
    redacts = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="redacted_copies")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    reminded = models.PositiveSmallIntegerField(null=True, editable=False)
    marking = models.CharField(_("marking"), max_length=12, choices=Marking.choices, default=Marking.AMBER)
    sha256 = models.CharField(_("SHA-256"), max_length=64, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    stored_name = models.CharField(max_length=100, blank=True, editable=False)
    scanned_at = models.DateTimeField(_("scanned for malware"), null=True)
    scanner = models.CharField(_("scanned by"), max_length=120, blank=True)
    reason = models.TextField(_("why it was refused"), blank=True)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"), default=clock.now)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        triggers = lifecycle_triggers(UPLOAD)
        indexes: ClassVar = [
            models.Index(fields=["institution", "-uploaded_at"], name="evidence_library"),
            models.Index(fields=["about"], condition=models.Q(about__isnull=False), name="evidence_about"),
            models.Index(fields=["uploaded_at"], condition=models.Q(state="received"), name="evidence_stuck"),
            models.Index(fields=["id"], condition=models.Q(state="quarantined"), name="evidence_to_scan"),
            models.Index(
                fields=["id"],
                condition=models.Q(state="stored", scanned_at__isnull=True),
                name="evidence_never_scanned",
            ),
            models.Index(fields=["series", "version"], name="evidence_versions"),
            models.Index(
                fields=["valid_until"],
                condition=models.Q(state="stored", valid_until__isnull=False),
                name="evidence_ending",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=KEPT) | (~models.Q(sha256="") & ~models.Q(stored_name="")),
                name="evidence_kept_with_hash",
            ),
            models.CheckConstraint(
                condition=models.Q(scanned_at__isnull=True, scanner="")
                | (models.Q(scanned_at__isnull=False) & ~models.Q(scanner="")),
                name="evidence_scanned_by_something",
            ),
            models.CheckConstraint(
                condition=models.Q(replaces__isnull=True) | models.Q(redacts__isnull=True),
                name="evidence_version_or_copy",
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=models.Q(replaces__isnull=False, state__in=LIVE),
                name="evidence_one_successor",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="refused") | ~models.Q(reason=""), name="evidence_refused_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page in the institution's library; a redacted copy is on the page of what it is a copy of."""
        return reverse("partners:document", args=[self.redacts_id or self.pk])

    @property
    def kind_label(self) -> str:
        return kind_label(self.kind)

    @property
    def is_expired(self) -> bool:
        """Whether its last day has passed."""
        return self.valid_until is not None and self.valid_until < clock.today()
