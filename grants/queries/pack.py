"""Agreement packs for whoever checks one: which it is, and whether what it says still holds."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from grants.models import AgreementPack, Grant
from partners.queries.verify import Document


def document_of(**known: str) -> Document | None:
    """The pack of that code or digest. Two queries."""
    rows = AgreementPack.objects.filter(**known)
    pack = rows.select_related(
        "grant__institution__organisation", "grant__authority", "grant__agreement", "measure"
    ).first()
    if pack is None:
        return None
    holds, note = _now(pack)
    return Document(
        kind=_("Addendum to an agreement on access")
        if pack.kind == AgreementPack.Kind.ADDENDUM
        else _("Agreement on access"),
        institution=pack.grant.institution.name,
        authority=pack.grant.authority.name,
        made_at=pack.made_at,
        holds=holds,
        note=note,
    )


def _now(pack: AgreementPack) -> tuple[bool, str]:
    """Whether it holds, and how it stands, without a word about what was granted."""
    grant, agreement = pack.grant, pack.grant.agreement
    if pack.kind == AgreementPack.Kind.ADDENDUM:
        return _addendum_now(pack)
    if pack.version != agreement.version:
        return False, _("The lines changed since, and a later version has taken its place.")
    if pack.kind == AgreementPack.Kind.SIGNED:
        if grant.state != "in_force":
            return False, _("Signed, and no longer in force.")
        if _later(pack).exists():
            return True, _("Signed, and in force. Addenda were made since: what holds now is in the last of each line.")
        return True, _("Signed, and in force.")
    if agreement.accepted_at is not None:
        return True, _("It was put before the institution in this version, and has been signed since.")
    return True, _("It was put before the institution to be signed. It binds nobody before that.")


def _addendum_now(pack: AgreementPack) -> tuple[bool, str]:
    assert pack.measure
    if pack.grant.state != "in_force":
        return False, _("Part of an agreement that is no longer in force.")
    if _later(pack).filter(measure__line=pack.measure.line_id).exists():
        return False, _("A later addendum on the same line has taken its place.")
    return True, _("Part of an agreement that is in force.")


def _later(pack: AgreementPack) -> QuerySet[AgreementPack]:
    return AgreementPack.objects.filter(grant=pack.grant_id, kind="addendum", version__gt=pack.version)


def addenda_of(grant: Grant) -> list[AgreementPack]:
    """The addenda to the grant's agreement, the newest first. One query."""
    rows = AgreementPack.objects.filter(grant=grant, kind="addendum").select_related("measure__line")
    return list(rows.order_by("-version"))
