"""Recipients and addresses that all notices of this app share."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format

from portal.accounts.models import User
from portal.accounts.queries.people import people_with
from portal.notifications.notify import NoticeKind, notify


def tell(kind: NoticeKind, subject: Any, to: Iterable[User], url: str, *, key: str = "", **context: object) -> None:
    """Tell these people about the subject; `key` makes it once, the subject's id where none is given."""
    told = {"reference": subject.reference, "institution": str(subject.institution), **context}
    notify(kind, to=to, context=told, url=url, key=f"{subject.pk}:{key}", about=subject.pk)


def partner(subject: Any) -> list[User]:
    """Those who speak for the institution."""
    return people_with("applicant", organisation_id=subject.institution_id)


def officers(subject: Any) -> list[User]:
    """Case officers of the authority that runs the case; of all authorities where none does."""
    return people_with("case_officer", organisation_id=subject.authority_id)


def auditors(audit: Any) -> QuerySet[User]:
    """The auditors assigned."""
    return User.objects.filter(pk__in=audit.assigned_ids, is_active=True)


def signatories() -> list[User]:
    """Signatories of every authority: any of them may act in an emergency."""
    return people_with("signatory")


def page(subject: Any) -> str:
    """The subject's page for the partner."""
    return reverse(f"audits:{subject._meta.model_name}", args=[subject.pk])


def desk(subject: Any) -> str:
    """The subject's page on the desk."""
    return reverse(f"admin:audits_{subject._meta.model_name}_change", args=[subject.pk])


def day(value: date) -> str:
    return date_format(value, "DATE_FORMAT")
