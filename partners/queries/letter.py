"""What is read to make a letter, to find one, and to say how things stand that it speaks of."""

from __future__ import annotations

from partners.models import Application, Letter, Qualification, Signature

PUBLIC = (Letter.Kind.APPROVAL, Letter.Kind.CERTIFICATE)
"""Kinds whose content is on the public register: that an institution is qualified, by whom, from when to when."""


def language_of(application: Application) -> str:
    """In which language its letters are: as the institution chose, else as whoever sent the application reads."""
    sender = application.submitted_by
    return application.institution.language or (sender.language if sender else "")


def counted_signatures(application: Application) -> list[Signature]:
    """Signatures that were not voided, in the order in which they were given."""
    rows = Signature.objects.filter(application=application, void__isnull=True).select_related("by", "body")
    return list(rows.order_by("at", "id"))


def qualification_of(application: Application) -> Qualification:
    """What the approval of the application put in force."""
    return Qualification.objects.get(application=application)


def letter_by(**known: str) -> Letter | None:
    """The letter of that code or digest, with what its check needs."""
    return (
        Letter.objects.filter(**known)
        .select_related(
            "application__institution__organisation", "application__authority", "application__qualification"
        )
        .first()
    )
