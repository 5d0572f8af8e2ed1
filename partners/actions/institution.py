"""Deeds on institutions."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from partners.models import Institution
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.identifiers import IdentifierError, clean_lei, clean_ror
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, record


@as_deed
def describe_institution(
    *,
    organisation: Organisation,
    kind: str,
    by: Actor,
    lei: str = "",
    ror: str = "",
    address: str = "",
    language: str = "",
) -> Institution:
    """Say what kind of institution the organisation is and how it is identified.

    Raises ValidationError for a wrong or taken identifier, Refused for somebody else's organisation, Conflict
    where a colleague was first.
    """
    if organisation.kind != Organisation.Kind.INSTITUTION:
        require(refused(_("Only institutions apply."), code="wrong_kind", rule="eligibility.kinds"))
    if Institution.objects.filter(pk=organisation.pk).exists():
        raise Conflict(refused(_("A colleague has described the institution already."), code="conflict"))
    institution = Institution(organisation=organisation, **_checked(kind, lei, ror, address, language))
    _require_untaken(institution)
    return create(institution, "describe", by=by, detail=_detail(institution), tier="scheme")


@as_deed
def amend_institution(
    *,
    institution: Institution,
    kind: str,
    by: Actor,
    lei: str = "",
    ror: str = "",
    address: str = "",
    language: str | None = None,
) -> Institution:
    """Change what is known of the institution, and the language of its letters (None: as it is).

    Raises ValidationError and Refused.
    """
    was = _detail(institution)
    words = institution.language if language is None else language
    changes = {**_checked(kind, lei, ror, address, words), "changed_at": clock.now()}
    for name, value in changes.items():
        setattr(institution, name, value)
    _require_untaken(institution)
    return record(
        institution,
        "amend",
        by=by,
        changes=changes,
        detail={"was": was, "is": _detail(institution)},
        tier="scheme",
    )


def _require_untaken(institution: Institution) -> None:
    """An identifier names one institution. Raises ValidationError; a race is lost at the database's constraint."""
    others = Institution.objects.exclude(pk=institution.pk)
    said = _("Another organisation has this identifier. Ask its administrator to invite you, or correct it.")
    taken = {
        name: said
        for name in ("lei", "ror")
        if (value := getattr(institution, name)) and others.filter(**{name: value}).exists()
    }
    if taken:
        raise ValidationError(taken)


def _checked(kind: str, lei: str, ror: str, address: str, language: str) -> dict[str, str]:
    if kind not in {item.key for item in rules().eligibility.kinds}:
        raise ValidationError({"kind": _("Choose a kind of institution from the list.")})
    if language and language not in dict(settings.LETTER_LANGUAGES):
        raise ValidationError({"language": _("Choose a language from the list.")})
    return {
        "kind": kind,
        "language": language,
        "lei": _identifier("lei", lei),
        "ror": _identifier("ror", ror),
        "address": address.strip()[:400],
    }


def _identifier(field: str, value: str) -> str:
    if not value.strip():
        return ""
    try:
        return clean_lei(value) if field == "lei" else clean_ror(value)
    except IdentifierError as error:
        raise ValidationError({field: str(error)}) from error


def _detail(institution: Institution) -> dict[str, str]:
    return {
        "kind": institution.kind,
        "lei": institution.lei,
        "ror": institution.ror,
        "address": institution.address,
        "language": institution.language,
    }
