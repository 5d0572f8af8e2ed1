"""Credentials: who may register a key, what is issued, what is disclosed, and what each deed does to its status."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction

from grants.actions.amendment import begin_amendment
from grants.actions.credential import hand_out, issue_credential, publish_due, register_key, withdraw_key
from grants.actions.environment import close_environment
from grants.actions.grant import expire_grant, surrender_grant
from grants.actions.hold import lift_hold, place_hold
from grants.actions.withdrawal import take_back_withdrawal, withdraw_consent
from grants.effects import subscribe, unsubscribe
from grants.models import Credential, Environment, GrantLine, HolderKey, StatusChange, StatusEntry, StatusList
from grants.queries.credential import credentials_to_replace
from grants.rules.proof import NoProof, new_challenge, opened_challenge
from grants.rules.sd_jwt import digest
from grants.rules.status_list import FILLED, INVALID, SUSPENDED, VALID, packed, status_at
from grants.tasks import publish_status_lists, replace_credentials
from partners.actions.qualification import reinstate_qualification, suspend_qualification
from partners.models import Qualification
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import Refused
from portal.keys import jose
from portal.keys.actions import withdraw_key as withdraw_signing_key
from portal.keys.encoding import b64url, unb64url
from portal.keys.models import SigningKey
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast
from tests.grants.holder import Holder, claims_of, disclosed

KEEPER = Actor(kind="person", roles=frozenset({"system_administrator"}), name="Administrator")


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def credential(made: make.GrantCast, holder: Holder) -> Credential:
    return holder.register(made.grant, made.applicant)


def midnight(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), UTC).timestamp())


def published(place: dict[str, Any]) -> int:
    """What the list that is published says, verified as a stranger would."""
    ref = place["status_list"]
    listed = StatusList.objects.get(pk=ref["uri"].rsplit("/", 1)[1])
    told = jose.verify(listed.token, keys=jose.jwks("status")["keys"], typ="statuslist+jwt", audience=None)
    assert told.claims["sub"] == ref["uri"]
    assert told.claims["status_list"]["bits"] == 2
    return status_at(unb64url(told.claims["status_list"]["lst"]), ref["idx"])


def statuses(credential: Credential) -> tuple[int, list[int]]:
    """What is published of the credential and of each of its lines."""
    publish_due()
    _members, lines = disclosed(credential.token)
    return published(claims_of(credential.token)["status"]), [published(line["status"]) for line in lines]


# --- registering a key ------------------------------------------------------------------------------
def test_a_key_is_registered_by_proof_and_gets_a_credential(made: make.GrantCast, credential: Credential) -> None:
    token = credential.token
    told = jose.verify(
        token.split("~")[0], keys=jose.jwks("credentials")["keys"], typ="dc+sd-jwt", audience=None,
        required=("iss", "iat", "nbf", "exp", "vct", "cnf", "status"),
    ).claims  # fmt: skip
    assert told["vct"] == "http://localhost:8000/credentials/types/access-grant"
    assert told["cnf"]["jwk"] == credential.key.public
    members, (line,) = disclosed(token)
    assert members["organisation"]["id"] == str(made.institution.pk)
    assert members["tier"]
    assert (line["release"], line["environment"], line["use_case"]) == (
        made.release.key, made.environment.key, "evaluation",
    )  # fmt: skip
    assert line["exp"] == int(
        datetime.combine(made.line.ends_on + timedelta(days=1), datetime.min.time(), UTC).timestamp()
    )
    assert statuses(credential) == (VALID, [VALID])


def test_nothing_of_partner_or_scope_is_in_the_open(made: make.GrantCast, credential: Credential) -> None:
    signed = json.dumps(claims_of(credential.token))
    for secret in (
        made.institution.name,
        str(made.institution.pk),
        made.release.key,
        made.environment.key,
        "evaluation",
    ):
        assert secret not in signed


def test_how_many_lines_there_are_is_not_told(credential: Credential) -> None:
    claims = claims_of(credential.token)
    assert len(claims["lines"]) == 4
    assert len({item["..."] for item in claims["lines"]}) == 4
    assert claims["_sd"] == sorted(claims["_sd"])


def test_who_has_just_shown_a_second_factor_registers(made: make.GrantCast, holder: Holder) -> None:
    challenge = new_challenge(made.grant.pk, made.applicant.person_id)
    proof = holder.proof(challenge)
    with pytest.raises(Refused, match="second factor"):
        stale = replace(made.applicant, confirmed_at=None)
        register_key(grant=made.grant, name="x", proof=proof, challenge=challenge, by=stale)
    sent = opened_challenge(challenge.sealed)
    assert register_key(grant=made.grant, name="x", proof=proof, challenge=sent, by=confirmed(made.applicant))


def test_strangers_and_other_roles_do_not(made: make.GrantCast, holder: Holder) -> None:
    for actor in (made.officer, made.staff, make.qualified().applicant):
        with pytest.raises(Refused):
            holder.register(made.grant, actor)
    assert not HolderKey.objects.exists()


def attack(holder: Holder, challenge: Any, name: str) -> str:
    other, claims = (
        Holder(),
        {"aud": "http://localhost:8000", "nonce": challenge.nonce, "iat": int(clock.now().timestamp())},
    )
    typ = "openid4vci-proof+jwt"
    return {
        "another audience": holder.proof(challenge, aud="https://elsewhere.example"),
        "another nonce": holder.proof(challenge, nonce="guessed"),
        "old": holder.proof(challenge, iat=claims["iat"] - 3600),
        "from the future": holder.proof(challenge, iat=claims["iat"] + 3600),
        "another type": holder.signed({"typ": "JWT", "jwk": holder.jwk}, claims),
        "somebody else's key": other.signed({"typ": typ, "jwk": holder.jwk}, claims),
        "a private key": holder.signed({"typ": typ, "jwk": holder.key.as_dict(private=True)}, claims),
        "another curve": holder.signed({"typ": typ, "jwk": {**holder.jwk, "crv": "P-384"}}, claims),
        "no point": holder.signed({"typ": typ, "jwk": {**holder.jwk, "x": holder.jwk["y"]}}, claims),
        "no key": holder.signed({"typ": typ}, claims),
        "a key by address": holder.signed({"typ": typ, "jwk": holder.jwk, "jku": "https://evil.example"}, claims),
        "an id beside the key": holder.signed({"typ": typ, "jwk": holder.jwk, "kid": "x"}, claims),
        "no time": holder.signed({"typ": typ, "jwk": holder.jwk}, {**claims, "iat": None}),
        "no token": "eyJhbGciOiJub25lIn0",
        "nothing": "",
    }[name]


@pytest.mark.parametrize(
    "name",
    [
        "another audience", "another nonce", "old", "from the future", "another type", "somebody else's key",
        "a private key", "another curve", "no point", "no key", "a key by address", "an id beside the key", "no time",
        "no token", "nothing",
    ],
)  # fmt: skip
def test_a_proof_that_proves_nothing_registers_nothing(made: make.GrantCast, holder: Holder, name: str) -> None:
    challenge = new_challenge(made.grant.pk, made.applicant.person_id)
    proof = attack(holder, challenge, name)
    with pytest.raises(Refused) as caught:
        register_key(grant=made.grant, name="x", proof=proof, challenge=challenge, by=confirmed(made.applicant))
    assert caught.value.verdict.code == "no_proof"
    assert not HolderKey.objects.exists()


def test_a_challenge_is_for_one_person_one_grant_and_once(made: make.GrantCast, partner: Cast, holder: Holder) -> None:
    other = make_member(made.institution.organisation, "applicant")
    challenge = new_challenge(made.grant.pk, other.person_id)
    asked: dict[str, Any] = {"grant": made.grant, "name": "x", "proof": holder.proof(challenge), "challenge": challenge}
    with pytest.raises(Refused, match="somebody else"):
        register_key(**asked, by=confirmed(made.applicant))
    register_key(**asked, by=confirmed(other))
    with pytest.raises(Refused, match="answered before"):
        register_key(**asked, by=confirmed(other))
    with pytest.raises(Refused, match="somebody else"):
        register_key(**{**asked, "challenge": new_challenge(uuid4(), other.person_id)}, by=confirmed(other))


def test_a_challenge_is_ours_and_young() -> None:
    challenge = new_challenge(uuid4(), uuid4())
    assert opened_challenge(challenge.sealed) == challenge
    for wrong in (challenge.sealed + "x", "", "a:b:c"):
        with pytest.raises(NoProof):
            opened_challenge(wrong)


def test_a_key_of_another_institution_is_taken(made: make.GrantCast, holder: Holder, credential: Credential) -> None:
    theirs = make.grant_in_force()
    with pytest.raises(Refused, match="in use elsewhere"):
        holder.register(theirs.grant, theirs.applicant)


# --- issuing ----------------------------------------------------------------------------------------
def test_one_credential_counts_for_each_grant_and_key(
    made: make.GrantCast, holder: Holder, credential: Credential
) -> None:
    again = holder.register(made.grant, made.applicant)
    credential.refresh_from_db()
    assert (credential.state, again.state) == ("superseded", "issued")
    assert HolderKey.objects.count() == 1
    other = Holder().register(made.grant, made.applicant)
    assert statuses(credential) == (INVALID, [INVALID])
    assert statuses(again) == statuses(other) == (VALID, [VALID])


def test_only_grants_in_force_and_keys_that_stand(made: make.GrantCast, credential: Credential) -> None:
    withdraw_key(key=credential.key, reason="Lost", by=made.applicant)
    with pytest.raises(Refused, match="withdrawn"):
        issue_credential(grant=made.grant, key=credential.key, by=made.applicant)
    assert statuses(credential) == (INVALID, [INVALID])
    assert Credential.objects.get().state == "revoked"
    surrender_grant(grant=made.grant, by=make_member(made.institution.organisation, "administrator"), reason="Done.")
    with pytest.raises(Refused, match="in force"):
        Holder().register(made.grant, made.applicant)


def test_a_withdrawal_says_why_and_is_for_its_own_people(made: make.GrantCast, credential: Credential) -> None:
    with pytest.raises(Refused, match="Say why"):
        withdraw_key(key=credential.key, reason="  ", by=made.applicant)
    with pytest.raises(Refused):
        withdraw_key(key=credential.key, reason="No", by=make.qualified().applicant)


def test_each_handing_out_is_in_the_record(made: make.GrantCast, credential: Credential) -> None:
    assert hand_out(credential=credential, by=made.applicant) == credential.token
    assert Entry.objects.filter(verb="credential.download", object_id=credential.pk).count() == 1
    with pytest.raises(Refused):
        hand_out(credential=credential, by=make.qualified().applicant)


def test_one_whose_signing_key_leaked_is_issued_anew(made: make.GrantCast, credential: Credential) -> None:
    assert not credentials_to_replace().exists()
    withdraw_signing_key(key=SigningKey.objects.get(kid=credential.kid), reason="Leaked", by=KEEPER)
    assert replace_credentials()["done"] == 1
    new = Credential.objects.get(state="issued")
    assert jose.verify(new.token.split("~")[0], keys=jose.jwks()["keys"], typ="dc+sd-jwt", audience=None)
    assert statuses(credential) == (INVALID, [INVALID])
    assert not credentials_to_replace().exists()


# --- following deeds --------------------------------------------------------------------------------
def test_stacked_holds_suspend_until_the_last_is_lifted(made: make.GrantCast, credential: Credential) -> None:
    one = place_hold(target=made.grant, reason="One.", lifted_when="-", by=made.signatory)
    two = place_hold(target=made.institution, reason="Two.", lifted_when="-", by=made.signatory)
    assert statuses(credential) == (SUSPENDED, [SUSPENDED])
    lift_hold(hold=one, reason="-", by=made.signatory)
    assert statuses(credential) == (SUSPENDED, [SUSPENDED])
    lift_hold(hold=two, reason="-", by=made.signatory)
    assert statuses(credential) == (VALID, [VALID])


def test_what_holds_a_line_holds_that_line(made: make.GrantCast, credential: Credential) -> None:
    on_line = place_hold(target=made.line, reason="One.", lifted_when="-", by=made.signatory)
    on_place = place_hold(target=made.environment, reason="Two.", lifted_when="-", by=made.signatory)
    assert statuses(credential) == (VALID, [SUSPENDED])
    lift_hold(hold=on_line, reason="-", by=made.signatory)
    assert statuses(credential) == (VALID, [SUSPENDED])
    lift_hold(hold=on_place, reason="-", by=made.signatory)
    assert statuses(credential) == (VALID, [VALID])


def test_it_is_one_transaction(made: make.GrantCast, credential: Credential) -> None:
    publish_due()
    seen = []

    def break_off(effects: Any) -> None:
        seen.append(StatusEntry.objects.filter(value=SUSPENDED).count())
        raise ZeroDivisionError

    subscribe(break_off)
    try:
        with pytest.raises(ZeroDivisionError):
            place_hold(target=made.grant, reason="One.", lifted_when="-", by=made.signatory)
    finally:
        unsubscribe(break_off)
    assert seen == [2]
    assert not StatusEntry.objects.filter(value=SUSPENDED).exists()
    assert not StatusChange.objects.exists()


def test_a_grant_that_ends_ends_its_credentials(made: make.GrantCast, credential: Credential) -> None:
    with clock.at(clock.now() + timedelta(days=301)):
        expire_grant(grant=made.grant, by=SYSTEM)
        credential.refresh_from_db()
        assert credential.state == "ended"
        assert statuses(credential) == (INVALID, [INVALID])


def test_invalid_is_for_ever(made: make.GrantCast, credential: Credential) -> None:
    withdraw_key(key=credential.key, reason="Lost", by=made.applicant)
    entry = StatusEntry.objects.filter(credential=credential).first()
    assert entry is not None
    with pytest.raises(ProgrammingError, match="invalid for ever"), transaction.atomic():
        StatusEntry.objects.filter(pk=entry.pk).update(value=VALID)
    with pytest.raises(ProgrammingError, match="invalid for ever"), transaction.atomic():
        entry.delete()


def test_a_closed_environment_ends_its_lines(made: make.GrantCast, credential: Credential) -> None:
    close_environment(environment=Environment.objects.get(pk=made.environment.pk), by=made.applicant)
    assert statuses(credential) == (VALID, [INVALID])


def test_notice_of_withdrawal_reissues_with_the_new_last_day(made: make.GrantCast, credential: Credential) -> None:
    line = GrantLine.objects.select_related("grant__institution__organisation", "grant__authority").get(pk=made.line.pk)
    withdrawal = withdraw_consent(line=line, reason_code="other", reason="Changed our mind.", by=made.staff)
    now_one = Credential.objects.get(state="issued")
    assert now_one != credential
    assert statuses(credential) == (INVALID, [INVALID])
    (shown,) = disclosed(now_one.token)[1]
    assert shown["exp"] == midnight(withdrawal.effective_on)
    take_back_withdrawal(withdrawal=withdrawal, reason="We stay.", by=made.staff)
    (shown,) = disclosed(Credential.objects.get(state="issued").token)[1]
    assert shown["exp"] > midnight(withdrawal.effective_on)


def test_a_narrowed_line_is_issued_anew(made: make.GrantCast, credential: Credential) -> None:
    make.narrow(made, requests_per_day=10)
    (shown,) = disclosed(Credential.objects.get(state="issued").token)[1]
    assert shown["limits"]["requests_per_day"] == 10
    assert Credential.objects.get(pk=credential.pk).state == "superseded"


# --- lists ------------------------------------------------------------------------------------------
def test_places_are_at_random_and_lists_fill_up(made: make.GrantCast, settings: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(StatusList._meta.get_field("size"), "default", 16)
    keys = [Holder() for _ in range(14)]
    issued = [holder.register(made.grant, made.applicant) for holder in keys]
    places = [(entry.status_list_id, entry.index) for entry in StatusEntry.objects.order_by("pk")]
    assert len(set(places)) == 28
    assert max(StatusEntry.objects.filter(status_list=pk).count() for pk, _ in places) <= 16 * FILLED
    assert StatusList.objects.filter(is_open=True).count() == 1
    assert StatusList.objects.count() == 3
    first = [index for pk, index in places if pk == places[0][0]]
    assert first != sorted(first)
    assert all(statuses(item) == (VALID, [VALID]) for item in issued)


def test_a_list_is_published_once_for_each_change_and_renewed_in_time(
    made: make.GrantCast, credential: Credential
) -> None:
    publish_due()
    assert publish_due() == 0
    place_hold(target=made.grant, reason="One.", lifted_when="-", by=made.signatory)
    assert publish_due() == 1
    assert publish_status_lists()["done"] == 0
    with clock.at(clock.now() + timedelta(hours=9)):
        assert publish_status_lists()["done"] == 1
        assert publish_due() == 0


@pytest.mark.parametrize(
    ("values", "wanted"),
    [([(0, 1)], 0x01), ([(1, 1)], 0x04), ([(3, 2)], 0x80), ([(0, 1), (1, 2), (2, 0), (3, 3)], 0xC9)],
)
def test_the_first_place_is_in_the_lowest_bits(values: list[tuple[int, int]], wanted: int) -> None:
    """The example of the standard for two bits (§4.1): 0xC9 holds 1, 2, 0, 3."""
    compressed = packed(16, values)
    assert compressed[0] == 0x78
    assert zlib.decompress(compressed)[0] == wanted
    assert all(status_at(compressed, index) == value for index, value in values)


def test_the_list_of_the_standard_comes_out_to_the_letter() -> None:
    """Twelve statuses in two bits each (Token Status List §4.1, §4.2)."""
    values = list(enumerate([1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]))
    assert b64url(packed(12, values)) == "eNo76fITAAPfAgc"


def test_the_digest_of_the_standard_comes_out_to_the_letter() -> None:
    """A disclosure and its digest (RFC 9901 §4.2.1, §4.2.3)."""
    disclosure = "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0"
    assert digest(disclosure) == "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0"


def test_a_suspended_partner_is_told_and_reinstated(
    partner: Cast, made: make.GrantCast, credential: Credential
) -> None:
    qualification = Qualification.objects.get(institution=made.institution)
    suspend_qualification(qualification=qualification, reason="Why.", by=SYSTEM)
    assert statuses(credential) == (SUSPENDED, [SUSPENDED])
    reinstate_qualification(qualification=qualification, reason="Settled.", by=SYSTEM)
    assert statuses(credential) == (VALID, [VALID])


def test_lists_signed_by_a_key_that_leaked_are_signed_anew_at_once(
    made: make.GrantCast, credential: Credential
) -> None:
    publish_due()
    withdraw_signing_key(key=SigningKey.objects.get(purpose="status", state="active"), reason="Leaked", by=KEEPER)
    assert publish_due() == 1
    assert publish_due() == 0
    assert statuses(credential) == (VALID, [VALID])


# --- the grant that replaces another ------------------------------------------------------------------
def successor(made: make.GrantCast, kind: str) -> make.GrantCast:
    """A change of the grant, signed and accepted."""
    shared = replace(made, request=begin_amendment(grant=made.grant, kind=kind, by=made.applicant))
    shared.fresh()
    reviewed = make.to_provider(make.review(make.take_up(make.submit(shared))))
    return make.accept(make.sign_grant(make.to_signatories(make.consent(reviewed))))


def test_what_replaces_a_grant_is_issued_to_the_same_keys(made: make.GrantCast, credential: Credential) -> None:
    other = Holder().register(made.grant, made.applicant)
    withdraw_key(key=other.key, reason="Lost", by=made.applicant)
    after = successor(made, "amendment")
    credential.refresh_from_db()
    assert credential.state == "ended"
    carried = Credential.objects.get(state="issued")
    assert (carried.grant, carried.key) == (after.grant, credential.key)
    assert statuses(credential) == (INVALID, [INVALID])
    assert statuses(carried) == (VALID, [VALID])
    assert Notice.objects.filter(kind="credential_replaced", recipient=made.applicant.user_id).count() == 1


def test_one_that_ends_before_its_grant_is_replaced_in_time(
    made: make.GrantCast, credential: Credential, monkeypatch: pytest.MonkeyPatch, holder: Holder
) -> None:
    monkeypatch.setattr("grants.rules.credential.LONGEST", timedelta(days=100))
    short = holder.register(made.grant, made.applicant)
    assert short.expires_at < credential.expires_at
    with clock.at(clock.now() + timedelta(days=60)):
        assert not credentials_to_replace().exists()
    with clock.at(clock.now() + timedelta(days=71)):
        assert replace_credentials()["done"] == 1
        longer = Credential.objects.get(state="issued")
        assert longer.expires_at > short.expires_at
        assert replace_credentials()["done"] == 0
