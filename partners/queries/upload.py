"""Reads about large files that arrive in parts."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from partners.models import Application, Evidence, LargeUpload, UploadPart
from portal.core import clock


def unfinished_of(institution_id: UUID | None, application: Application | None = None) -> QuerySet[LargeUpload]:
    """The institution's uploads that can still be gone on with, or those for the application; the newest first."""
    rows = LargeUpload.objects.filter(institution_id=institution_id, state="begun", expires_at__gt=clock.now())
    if application is not None:
        rows = rows.filter(application=application)
    return rows.select_related("begun_by").order_by("-begun_at")


def upload_of(evidence: Evidence) -> LargeUpload | None:
    """The large upload by which a document arrives, None where it came with a form."""
    return LargeUpload.objects.filter(evidence=evidence).first()


def sizes_begun(institution_id: UUID) -> list[int]:
    """What the institution's unfinished uploads were said to hold: also those that are due to expire, in bytes."""
    return list(LargeUpload.objects.filter(institution_id=institution_id, state="begun").values_list("size", flat=True))


def expired_uploads() -> QuerySet[LargeUpload]:
    """Uploads with which nobody went on in time."""
    return LargeUpload.objects.filter(state="begun", expires_at__lte=clock.now())


def arrived_uploads() -> QuerySet[LargeUpload]:
    """Large files that are complete and whose check nobody is at: not begun, or its worker is gone."""
    return LargeUpload.objects.filter(state="arrived").filter(free())


def free() -> Q:
    """No worker is at the check."""
    return Q(claimed_until__isnull=True) | Q(claimed_until__lte=clock.now())


def lingering_parts() -> QuerySet[LargeUpload]:
    """Uploads that are over, and whose parts were not removed with them: somebody pulled the plug in between."""
    over = LargeUpload.objects.filter(state__in=("settled", "cancelled", "expired"))
    return over.filter(Exists(UploadPart.objects.filter(upload=OuterRef("pk"))))
