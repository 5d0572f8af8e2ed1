"""Large files that arrive in parts."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.evidence import Evidence
from partners.models.institution import Institution
from partners.states.upload import LARGE_UPLOAD
from portal.core import clock
from portal.workflow import LifecycleModel, Record, lifecycle_triggers


def random_folder() -> str:
    """Where the parts of one file lie: a name that tells nothing and that nobody guesses."""
    return secrets.token_hex(20)


class LargeUpload(LifecycleModel):
    """A file that was promised with its size, and how much of it has arrived (`offset`, in bytes).

    What it is to become is kept with it: a new document, the next version of one (`replaces`), a redacted copy
    (`redacts`), or an answer (`application`, `question`). `fingerprint` is made in the browser of the file's
    beginning, end and size, and only serves to know the same file again. `expires_at` moves on with every part.
    `stage` says what the check is doing, and `claimed_until` keeps a second worker off it; `evidence` is the
    document, from the last part on.
    """

    TABLE = LARGE_UPLOAD

    class Stage(models.TextChoices):
        """What the check does, in this order."""

        WAITING = "waiting", _("It waits for its turn.")
        JOINING = "joining", _("Its parts are put together.")
        INSPECTING = "inspecting", _("Its content is looked into.")
        SETTLING = "settling", _("It is scanned for malware and stored.")

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="large_uploads")
    application = models.ForeignKey(Application, on_delete=models.PROTECT, null=True, related_name="+")
    question = models.CharField(max_length=50, blank=True)
    replaces = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    redacts = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=50, blank=True)
    marking = models.CharField(_("marking"), max_length=12, choices=Evidence.Marking.choices)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=200)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    fingerprint = models.CharField(max_length=64, blank=True)
    offset = models.PositiveBigIntegerField(_("bytes that arrived"), default=0)
    folder = models.CharField(max_length=40, default=random_folder, editable=False)
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"), default=clock.now)
    expires_at = models.DateTimeField(_("expires"))
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.WAITING)
    claimed_until = models.DateTimeField(null=True)
    evidence = models.OneToOneField(Evidence, on_delete=models.PROTECT, null=True, related_name="large_upload")

    class Meta(LifecycleModel.Meta):
        verbose_name = _("large upload")
        verbose_name_plural = _("large uploads")
        triggers = lifecycle_triggers(LARGE_UPLOAD)
        indexes: ClassVar = [
            models.Index(fields=["institution", "begun_at"], condition=models.Q(state="begun"), name="upload_begun"),
            models.Index(fields=["expires_at"], condition=models.Q(state="begun"), name="upload_expiring"),
            models.Index(fields=["id"], condition=models.Q(state="arrived"), name="upload_to_check"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(size__gt=0, offset__lte=models.F("size")), name="upload_no_more_than_promised"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("arrived", "settled"))
                | models.Q(offset=models.F("size"), evidence__isnull=False),
                name="upload_arrived_as_a_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partners:large_upload", args=[self.pk])

    @property
    def is_overdue(self) -> bool:
        """Whether its time is over, also where no sweep has seen that yet."""
        return self.state == "expired" or (self.state == "begun" and self.expires_at <= clock.now())


class UploadPart(Record):
    """One part of a large file: where it begins, how long it is, its SHA-256, and where its bytes lie."""

    upload = models.ForeignKey(LargeUpload, on_delete=models.CASCADE, related_name="parts")
    offset = models.PositiveBigIntegerField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    stored_name = models.CharField(max_length=100)

    class Meta:
        verbose_name = _("part of a large upload")
        verbose_name_plural = _("parts of large uploads")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "offset"], name="upload_part_once"),
            models.CheckConstraint(condition=models.Q(size__gt=0), name="upload_part_with_bytes"),
        ]

    def __str__(self) -> str:
        return f"{self.offset}–{self.offset + self.size}"
