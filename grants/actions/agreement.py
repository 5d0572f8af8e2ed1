"""The agreement on a grant: made from its lines, made anew while they change, and sealed in each version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from grants import notices
from grants.letters.agreement import agreement_pack
from grants.models import Agreement, AgreementPack, Grant, GrantLine, GrantSignature
from grants.queries.agreement import agreement_text
from grants.queries.effective import terms_digest
from grants.queries.grant import agreed_lines
from partners import files
from partners.rules.letter import new_code
from portal.core import clock
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.verdicts import Conflict, refused
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.seal.keys import fingerprint, seal_key
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import lock, record, require_deed

RULE = "grant.accept"


def make_agreement(grant: Grant, lines: Sequence[GrantLine], book: Rulebook) -> Agreement:
    """The agreement on a new grant, with its pack. Inside the deed that issues the grant."""
    require_deed()
    agreement = Agreement(grant=grant)
    _write(agreement, lines, book)
    agreement.save(force_insert=True)
    make_pack(agreement, lines, AgreementPack.Kind.OFFERED)
    return agreement


def renew_agreement(grant: Grant, *, by: Actor, why: str) -> Agreement | None:
    """Make the agreement anew where its lines changed before it was accepted; what was read no longer binds anybody.

    Inside the deed that changed them, with the grant locked. None where nothing waits to be accepted.
    """
    require_deed()
    if grant.state != "awaiting_agreement":
        return None
    agreement = Agreement.objects.select_for_update().get(grant=grant)
    lines = agreed_lines(grant)
    if agreement.terms == terms_digest(lines):
        return agreement
    agreement.version += 1
    _write(agreement, lines, rules(grant.rulebook))
    record(
        grant,
        "renew_agreement",
        by=by,
        rulebook=grant.rulebook,
        detail={"agreement": agreement.digest, "version": agreement.version, "why": why},
        about=[grant.institution_id],
    )
    agreement.save(update_fields=["text", "digest", "terms", "version", "made_at"])
    make_pack(agreement, lines, AgreementPack.Kind.OFFERED)
    people = notices.people_of(grant.institution_id)
    notices.tell_about_grant(
        notices.AGREEMENT_ANEW, grant, to=people, key=f"agreement:{agreement.version}", why=why,
        version=agreement.version,
    )  # fmt: skip
    return agreement


def _write(agreement: Agreement, lines: Sequence[GrantLine], book: Rulebook) -> None:
    grant, made = agreement.grant, clock.now()
    agreement.text, agreement.terms, agreement.made_at = agreement_text(grant, lines, book), terms_digest(lines), made
    agreement.digest = digest({"grant": grant.reference, "text": agreement.text, "terms": agreement.terms})


def require_unchanged(agreement: Agreement, seen: str) -> None:
    """Raise Conflict where the text is not the one that was read, or no longer says what the lines permit."""
    grant = agreement.grant
    same_lines = agreement.terms in ("", terms_digest(agreed_lines(grant)))
    if agreement.digest != seen or not same_lines:
        raise Conflict(refused(_("This is not the text that you read. Read it again."), code="changed", rule=RULE))


def make_signed_pack(agreement: Agreement) -> AgreementPack:
    """The pack that says who signed for the institution. Inside the deed of the acceptance."""
    return make_pack(agreement, agreed_lines(agreement.grant), AgreementPack.Kind.SIGNED)


def make_pack(agreement: Agreement, lines: Sequence[GrantLine], kind: str) -> AgreementPack:
    """The sealed PDF of the agreement as it is, kept for good."""
    grant, book = agreement.grant, rules(agreement.grant.rulebook)

    def data(made: datetime, code: str) -> dict[str, Any]:
        signatures = _signatures(grant.request_id)
        return agreement_pack(grant, agreement, lines, signatures, book, made=made, code=code)

    pack = AgreementPack(grant=grant, kind=kind, version=agreement.version, digest=agreement.digest)
    return seal_pack(pack, "agreement.typ", data)


def seal_pack(pack: AgreementPack, template: str, data: Callable[[datetime, str], dict[str, Any]]) -> AgreementPack:
    """Set the document in the institution's language, seal it and keep it. `data` is asked for in that language."""
    require_deed()
    made, code, language = clock.now(), new_code(), _language(pack.grant)
    with translation.override(language):
        said = data(made, code)
        title = f"{said['title']} {said['number']}"
        content = render_pdf(template, said, title=title, lang=language[:2], at=made)
        content = seal_pdf(content, at=made, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))
    kept = files.keep(content, folder="agreements")
    pack.language, pack.code, pack.made_at = language, code, made
    pack.sha256, pack.size, pack.stored_name = kept.sha256, kept.size, kept.stored_name
    pack.sealed_by = fingerprint(seal_key().chain[0])
    pack.save(force_insert=True)
    return pack


def _signatures(request_id: UUID) -> list[GrantSignature]:
    """Signatures with effect: on the digest that was decided on."""
    rows = GrantSignature.objects.filter(request_id=request_id, decision="sign", request__digest__isnull=False)
    found = rows.select_related("signatory", "body", "request").order_by("id")
    return [row for row in found if row.digest == row.request.digest]


def _language(grant: Grant) -> str:
    wanted = grant.institution.language
    return wanted if wanted in dict(settings.LETTER_LANGUAGES) else settings.LANGUAGE_CODE


def locked_agreement(grant: Grant, seen: str) -> Agreement:
    """The agreement, locked and unchanged since it was read. Raises Conflict otherwise."""
    lock(grant)
    agreement = Agreement.objects.select_for_update().get(grant=grant)
    agreement.grant = grant
    require_unchanged(agreement, seen)
    return agreement
