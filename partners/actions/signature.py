"""Signing and refusing: bound to the digest of what was shown, and decided by the rulebook's quorum."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from partners import notices
from partners.actions.clock import keep_clock
from partners.actions.letter import make_letter
from partners.actions.qualification import grant_qualification
from partners.models import Application, Dossier, Signature, SignatureVoid
from partners.notices_screening import tell_to_sign_again
from partners.queries.case import Case, case_of
from partners.queries.verdicts import signing_verdict
from partners.rules.application import rights_after_refusal
from partners.rules.binding import is_fresh
from partners.rules.hands import body_of
from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.models import Tier
from portal.rulebook.appeals import country_of
from portal.rulebook.queries import rules
from portal.workflow import as_deed, lock, move, record


@as_deed
def sign_application(*, application: Application, seen: str, by: Actor, note: str = "") -> Signature:
    """Sign what was shown. With the signature that completes the quorum the application is approved, the
    qualification is in force and the letter is made, in this same deed.

    `seen` is the digest of the dossier that the person was shown. Raises Conflict where it has changed since, and
    Refused where the second factor was shown too long ago.
    """
    lock(application)
    case = _require_may(application, "sign", seen, by)
    _void_outdated(case, by)
    signature = _write(case, Signature.Decision.SIGN, by, note=note)
    record(
        application,
        "sign",
        by=by,
        rulebook=application.rulebook,
        says=_("Signed for %(body)s") % {"body": by.body_name}
        if by.stands_for is None
        else _("Signed for %(body)s, in the place of a signatory who is away") % {"body": by.body_name},
        detail={"signature": signature.pk, "digest": signature.digest, "stands_for": by.stands_for},
        about=[application.institution_id],
        tier=Tier.AUTHORITY,
    )
    case.signatures.append(signature)
    if case.quorum_state.met:
        _approve(application, by)
    return signature


def _void_outdated(case: Case, by: Actor) -> None:
    """Signatures on something else than what stands now, such as an address that the institution changed since."""
    for row in case.outdated_signatures:
        SignatureVoid.objects.create(signature=row, reason=_("What was signed has changed since"), by=by.user)
    if people := [row.by for row in case.outdated_signatures if row.by_id != by.user_id]:
        tell_to_sign_again(case.application, people)


def _approve(application: Application, by: Actor) -> None:
    quorum = f"quorum.{application.kind}.{application.tier}"
    move(
        application,
        "approve",
        by=by,
        rulebook=application.rulebook,
        changes={"decided_at": clock.now()},
        detail={"quorum": quorum},
        about=[application.institution_id, application.authority_id],
    )
    keep_clock(application)
    qualification = grant_qualification(application=application, by=by)
    letter = make_letter(application)
    notices.tell(
        notices.APPROVED,
        application,
        to=notices.applicants(application),
        key="approved",
        url=reverse("partners:application", args=[application.pk]),
        until=f"{qualification.valid_until:%-d %B %Y}",
        letter=letter.sha256,
    )


@as_deed
def refuse_application(
    *, application: Application, seen: str, reasons: Sequence[str], note: str, by: Actor
) -> Signature:
    """Refuse what was shown: the application is declined, with reasons from the rulebook's list and an explanation."""
    lock(application)
    case = _require_may(application, "refuse", seen, by)
    known = {item.key for item in case.rules.refusals.application}
    if not reasons or not set(reasons) <= known:
        require(refused(_("Choose at least one reason from the list."), code="no_reason", rule="refusals.application"))
    if not note.strip():
        require(refused(_("Explain the reasons to the institution."), code="no_note", rule="refusals.application"))
    signature, now = _write(case, Signature.Decision.REFUSE, by, reasons=reasons, note=note), clock.now()
    move(
        application,
        "refuse",
        by=by,
        rulebook=application.rulebook,
        changes={
            "decided_at": now,
            "refusal_reasons": list(dict.fromkeys(reasons)),
            "refusal_note": note.strip()[:4000],
        },
        detail={"signature": signature.pk, "digest": signature.digest, "reasons": list(reasons), "note": note[:4000]},
        about=[application.institution_id, application.authority_id],
    )
    keep_clock(application)
    make_letter(application)
    notices.tell(
        notices.DECLINED,
        application,
        to=notices.applicants(application),
        key="declined",
        url=reverse("partners:application", args=[application.pk]),
        until=rights_after_refusal(now, country_of(application), case.rules).appeal_until,
    )
    return signature


def _require_may(application: Application, verb: str, seen: str, by: Actor) -> Case:
    require(application.TABLE.verdict(verb, application, by))
    case = case_of(application)
    require(signing_verdict(case, by))
    require(is_fresh(by.confirmed_at, clock.now(), rules().second_factor.fresh_minutes))
    if seen != case.dossier_digest:
        raise Conflict(
            refused(
                _("The case has changed since you opened it. Read it again, then decide."),
                code="conflict",
                rule="signature",
            )
        )
    return case


def _write(case: Case, decision: str, by: Actor, *, reasons: Sequence[str] = (), note: str = "") -> Signature:
    dossier, _made = Dossier.objects.get_or_create(
        application=case.application,
        digest=case.dossier_digest,
        defaults={"revision": case.sent, "content": case.dossier, "made_at": clock.now()},
    )
    return Signature.objects.create(
        application=case.application,
        dossier=dossier,
        digest=dossier.digest,
        decision=decision,
        reasons=list(dict.fromkeys(reasons)),
        note=note.strip()[:4000],
        by=by.user,
        body_id=body_of(by),
        stands_for_id=by.stands_for,
        confirmed_at=by.confirmed_at,
        at=clock.now(),
    )


def void_signatures(application: Application, reason: str, by: Actor, *, of: UUID | None = None) -> list[User]:
    """Void every signature that still counts; returns whose they were. Inside a deed on it.

    `of`: only that person's, and those that a deputy gave in their place.
    """
    live = application.signature_rows.filter(decision="sign", void__isnull=True).select_related("by")
    if of is not None:
        live = live.filter(Q(by=of) | Q(stands_for=of))
    people = []
    for signature in live:
        SignatureVoid.objects.create(signature=signature, reason=reason[:200], by=by.user, at=clock.now())
        people.append(signature.by)
    return people
