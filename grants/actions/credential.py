"""Deeds on credentials: keys of holders, issuing, and following what deeds do to grants."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from grants import notices_credentials as notices
from grants.actions.status import bring_up_to_date, one_at_a_time, publish_due, take_places
from grants.effects import Effect, Kind
from grants.models import Credential, Grant, GrantLine, GrantLinePerson, HolderKey, StatusEntry
from grants.queries.credential import carried_on, issued_for
from grants.queries.grant import lines_of_grant
from grants.queries.status import alive
from grants.rules.credential import (
    TYP,
    Place,
    expiry,
    line_claim,
    lines_to_carry,
    organisation_claim,
    plain_claims,
)
from grants.rules.proof import LIFE, Challenge, NoProof, proven_key
from grants.rules.sd_jwt import combined, concealed
from grants.states_credentials import HOLDER_KEY
from partners.queries.standing import standing
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from portal.core.ids import new_id
from portal.core.verdicts import refused, require
from portal.keys import jose
from portal.keys.replay import first_use
from portal.workflow import as_deed, create, lock, move, record

__all__ = ["issue_credential", "publish_due", "register_key", "withdraw_key"]


# --- keys of holders --------------------------------------------------------------------------------
@as_deed
def register_key(*, grant: Grant, name: str, proof: str, challenge: Challenge, by: Actor) -> Credential:
    """Register the key that signed the challenge, and issue a credential for the grant to it.

    A key that the institution has registered already is proven anew and gets a credential for this grant, too. Raises
    Refused for a proof that does not hold, a challenge of somebody else or used before, and another institution's key.
    """
    lock(grant)
    require(HOLDER_KEY.verdict("register", HolderKey(institution_id=grant.institution_id), by))
    if (challenge.grant, challenge.person) != (grant.pk, by.person_id):
        require(refused(_("This challenge was given to somebody else. Get a new one."), code="challenge", rule="proof"))
    try:
        public, thumbprint = proven_key(proof, challenge=challenge)
    except NoProof as error:
        require(refused(str(error), code="no_proof", rule="proof"))
    if not first_use(f"proof:{challenge.nonce}", clock.now() + LIFE):
        require(refused(_("This challenge was answered before. Get a new one."), code="challenge", rule="proof"))
    known = HolderKey.objects.filter(thumbprint=thumbprint, state="registered").first()
    if known is not None and known.institution_id != grant.institution_id:
        require(refused(_("This key is in use elsewhere. Make a key of your own."), code="key_taken", rule="proof"))
    key = known or create(
        HolderKey(
            institution_id=grant.institution_id,
            name=" ".join(name.split())[:100] or thumbprint[:8],
            public=public,
            thumbprint=thumbprint,
            nonce=challenge.nonce,
            registered_by=by.user,
        ),
        "register",
        by=by,
        detail={"thumbprint": thumbprint, "name": name},
        about=[grant.institution_id, grant.pk],
    )
    return issue_credential(grant=grant, key=key, by=by)


@as_deed
def withdraw_key(*, key: HolderKey, reason: str, by: Actor) -> HolderKey:
    """The key stands for the institution no longer: every credential bound to it is invalid for ever."""
    if not reason.strip():
        require(refused(_("Say why, for the record."), code="no_reason", rule="holder_key.withdraw"))
    changes = {"withdrawn_at": clock.now(), "reason": reason.strip()[:500]}
    move(key, "withdraw", by=by, changes=changes, detail={"reason": reason.strip()}, about=[key.institution_id])
    one_at_a_time([key.institution_id])
    for credential in Credential.objects.filter(key=key, state="issued").order_by("pk"):
        _end(credential, "revoke", _("Its key was withdrawn."), by)
    bring_up_to_date(alive().filter(credential__key=key))
    return key


# --- credentials ------------------------------------------------------------------------------------
@as_deed
def issue_credential(*, grant: Grant, key: HolderKey, by: Actor) -> Credential:
    """Issue a credential for the grant, as it is in force now, to the key. The former one is invalid from now on.

    Raises Refused for a grant that is not in force, and a key that is withdrawn or of another institution.
    """
    lock(grant)
    lock(key)
    _require_issuable(grant, key)
    one_at_a_time([grant.institution_id])
    return _issue(grant, key, by)


def _require_issuable(grant: Grant, key: HolderKey) -> None:
    rule = "credential.issue"
    if grant.state != "in_force" or grant.ends_on < clock.today():
        require(refused(_("Credentials are issued for grants in force."), code="not_in_force", rule=rule))
    if key.institution_id != grant.institution_id:
        require(refused(_("This key belongs to another institution."), code="other_body", rule=rule))
    if key.state != "registered":
        require(refused(_("This key was withdrawn. Register a new one."), code="key_withdrawn", rule=rule))


def _issue(grant: Grant, key: HolderKey, by: Actor) -> Credential:
    former = Credential.objects.filter(grant=grant, key=key, state="issued").first()
    if former is not None:
        _end(former, "supersede", _("A later one took its place."), by)
    lines = lines_to_carry(lines_of_grant(grant), clock.today())
    whole, *places = take_places(1 + len(lines))
    token, terms, kid = _token(grant, key, whole, list(zip(lines, places, strict=True)))
    made = Credential(
        id=new_id(),
        grant=grant,
        institution_id=grant.institution_id,
        key=key,
        token=token,
        kid=kid,
        terms=terms,
        issued_at=clock.now(),
        expires_at=expiry(grant, clock.now()),
    )
    create(
        made,
        "issue",
        by=by,
        rulebook=grant.rulebook,
        detail={"key": key.thumbprint, "kid": kid, "terms": terms, "lines": [line.number for line in lines]},
        about=[grant.institution_id, grant.pk, key.pk],
    )
    StatusEntry.objects.bulk_create(
        [_entry(made, whole), *(_entry(made, place, line) for line, place in zip(lines, places, strict=True))]
    )
    both = Q(credential=made) | Q(credential=former) if former is not None else Q(credential=made)
    bring_up_to_date(alive().filter(both))
    return made


def _token(
    grant: Grant, key: HolderKey, whole: Place, lines: Sequence[tuple[GrantLine, Place]]
) -> tuple[str, str, str]:
    """The credential with its disclosures, the digest of what it says, and the id of the key that signed it."""
    base, signer = settings.BASE_URL, jose.signer("credentials")
    named = set(
        GrantLinePerson.objects.filter(line__in=[line.pk for line, _place in lines]).values_list("line_id", flat=True)
    )
    members = {
        "organisation": organisation_claim(grant.institution),
        "tier": standing(institution_id=grant.institution_id).tier,
    }
    told = [line_claim(line, place, base, names_people=line.pk in named) for line, place in lines]
    hidden, disclosures = concealed(members, {"lines": told})
    claims = plain_claims(grant, key.public, whole, base, clock.now())
    token = combined(signer.sign(typ=TYP, claims={**claims, **hidden}), disclosures)
    says = [members, [{name: value for name, value in line.items() if name != "status"} for line in told]]
    return token, digest(says), signer.key.kid


def _entry(made: Credential, place: Place, line: GrantLine | None = None) -> StatusEntry:
    return StatusEntry(
        status_list_id=place.status_list,
        index=place.index,
        credential=made,
        grant_id=made.grant_id,
        institution_id=made.institution_id,
        line=line,
        environment_id=line.environment_id if line else None,
        release_id=line.release_id if line else None,
    )


def _end(credential: Credential, verb: str, why: str, by: Actor) -> None:
    changes = {"ended_at": clock.now(), "end_reason": why}
    about = [credential.institution_id, credential.grant_id, credential.key_id]
    move(credential, verb, by=by, changes=changes, about=about)


@as_deed
def hand_out(*, credential: Credential, by: Actor, how: str = "page") -> str:
    """The credential for its holder, and that it was handed out, in the record. Raises Refused for one that ended."""
    record(
        credential,
        "download",
        by=by,
        detail={"how": how},
        about=[credential.institution_id, credential.grant_id, credential.key_id],
    )
    return credential.token


@as_deed
def replace_credential(*, credential: Credential, by: Actor = SYSTEM) -> Credential:
    """Issue it anew with what holds now, signed by the key in use, and tell its people. Raises Refused once over."""
    grant = Grant.objects.select_related("institution__organisation").get(pk=credential.grant_id)
    made = issue_credential(grant=grant, key=credential.key, by=by)
    notices.tell_of_replacement(made, grant)
    return made


# --- following deeds --------------------------------------------------------------------------------
def follow(effects: Sequence[Effect]) -> None:
    """What deeds did to access is done to credentials, in the same transaction: subscribed to grants.effects."""
    concerned = [effect for effect in effects if effect.on != "person"]
    one_at_a_time(pk for effect in concerned for pk in _partners(effect))
    reached = Q(pk__in=[])
    for effect in concerned:
        reached |= Q(**{"institution" if effect.on == "partner" else effect.on: effect.target_id})
        if effect.on == "grant" and effect.for_good:
            for credential in issued_for(effect.target_id):
                _end(credential, "end", _("Its grant has ended."), SYSTEM)
        elif effect.on == "grant" and effect.verb == "accept":
            _carry_over(effect.cause)
        elif effect.on == "line" and effect.kind is Kind.CHANGED:
            _replace_all(effect.grants())
    if concerned:
        bring_up_to_date(alive().filter(reached))


def _partners(effect: Effect) -> Iterable[UUID]:
    """Whose statuses an effect may change. A release concerns many."""
    if effect.institution_id is not None:
        return [effect.institution_id]
    return effect.live_lines().values_list("institution_id", flat=True).distinct()


def _replace_all(grants: QuerySet[Grant]) -> None:
    for grant in grants.filter(state="in_force").select_related("institution__organisation"):
        for credential in issued_for(grant.pk):
            made = _issue(grant, credential.key, SYSTEM)
            notices.tell_of_replacement(made, grant)


def _carry_over(grant: Grant) -> None:
    """Whoever held a credential for the grant that this one replaces gets one for this."""
    if grant.supersedes_id is None or grant.ends_on < clock.today():
        return
    for key in carried_on(grant):
        made = _issue(grant, key, SYSTEM)
        notices.tell_of_replacement(made, grant)
