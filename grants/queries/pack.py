"""Agreement packs for whoever checks one: which it is, and whether what it says still holds."""

from __future__ import annotations

from django.utils.translation import gettext as _

from grants.models import AgreementPack
from partners.queries.verify import Document


def document_of(**known: str) -> Document | None:
    """The pack of that code or digest. One query, two for one that was only offered."""
    rows = AgreementPack.objects.filter(**known)
    pack = rows.select_related("grant__institution__organisation", "grant__authority", "grant__agreement").first()
    if pack is None:
        return None
    holds, note = _now(pack)
    return Document(
        kind=_("Agreement on access"),
        institution=pack.grant.institution.name,
        authority=pack.grant.authority.name,
        made_at=pack.made_at,
        holds=holds,
        note=note,
    )


def _now(pack: AgreementPack) -> tuple[bool, str]:
    """Whether it holds, and how it stands, without a word about what was granted."""
    grant, agreement = pack.grant, pack.grant.agreement
    if pack.version != agreement.version:
        return False, _("The lines changed since, and a later version has taken its place.")
    if pack.kind == AgreementPack.Kind.SIGNED:
        if grant.state == "in_force":
            return True, _("Signed, and in force.")
        return False, _("Signed, and no longer in force.")
    if agreement.accepted_at is not None:
        return True, _("It was put before the institution in this version, and has been signed since.")
    return True, _("It was put before the institution to be signed. It binds nobody before that.")
