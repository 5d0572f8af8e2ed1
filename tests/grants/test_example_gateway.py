"""The example gateway of the documentation, as a program of its own, against the portal as it runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grants.actions.credential import publish_due, register_key, withdraw_key
from grants.actions.hold import lift_hold, place_hold
from grants.actions.lines import TERMS, change_line
from grants.models import AccessTally, Credential
from grants.queries.request import lines_of
from grants.rules.proof import new_challenge
from portal.accounts.actor import confirmed
from portal.api import tally
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.keys.actions import ensure_keys, rotate_key
from portal.keys.encoding import b64url, json_object, unb64url
from portal.local.paths import ROOT
from tests.factories import grants as make
from tests.factories import people
from tests.factories.accounts import bearer_of, make_gateway
from tests.factories.partners import Cast
from tests.grants.holder import Holder, claims_of, opened
from tests.served import Served, portal

__all__ = ["portal"]
AUDIENCE = "https://gateway.example"


@dataclass
class Gateway:
    """The example, running."""

    url: str
    made: make.GrantCast

    def nonce(self) -> str:
        with urllib.request.urlopen(f"{self.url}/nonce", timeout=10) as response:
            return str(json.load(response)["nonce"])

    def ask(self, presentation: str, **changes: Any) -> dict[str, Any]:
        asked = {
            "presentation": presentation,
            "release": self.made.release.key,
            "use_case": "evaluation",
            "environment": self.made.environment.key,
            "data_class": "synthetic",
            **changes,
        }
        request = urllib.request.Request(f"{self.url}/use", data=json.dumps(asked).encode())
        with urllib.request.urlopen(request, timeout=10) as response:
            return dict(json.load(response))


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def credential(made: make.GrantCast, holder: Holder, portal: Served, settings: Any) -> Credential:
    settings.BASE_URL = portal.url
    return holder.register(made.grant, made.applicant)


@pytest.fixture
def start(made: make.GrantCast, portal: Served) -> Iterator[Callable[..., Gateway]]:
    """Starts the example; `most_cached` is for how many seconds it keeps what it fetched."""
    running = []
    token = bearer_of(make_gateway(made.release.provider)).removeprefix("Bearer ")

    def started(most_cached: float = 300) -> Gateway:
        environment = {
            "PATH": os.environ["PATH"], "PORTAL": portal.url, "AUDIENCE": AUDIENCE, "ACCESS_TOKEN": token,
            "MOST_CACHED": str(most_cached),
        }  # fmt: skip
        program = [sys.executable, str(ROOT / "docs" / "example_gateway.py"), "0"]
        process = subprocess.Popen(program, env=environment, stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert process.stdout
        return Gateway(process.stdout.readline().strip(), made)

    yield started
    for process in running:
        process.terminate()
        process.wait()
        assert process.stdout
        process.stdout.close()


@pytest.fixture
def gateway(start: Callable[..., Gateway], credential: Credential) -> Gateway:
    return start()


def test_a_credential_is_enough(gateway: Gateway, holder: Holder, credential: Credential) -> None:
    said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()))
    assert (said["decision"], said["by"]) == (True, "credential")
    tally.write()
    assert not AccessTally.objects.exists(), "the portal was not asked"


def test_fewer_claims_are_enough(gateway: Gateway, holder: Holder, credential: Credential) -> None:
    shown = holder.present(credential.token, AUDIENCE, gateway.nonce(), keep=lambda parts: len(parts) == 2)
    assert gateway.ask(shown)["decision"] is True
    nothing = holder.present(credential.token, AUDIENCE, gateway.nonce(), keep=lambda parts: False)
    assert gateway.ask(nothing)["reason"] == "not_disclosed_or_not_granted"


@pytest.mark.parametrize(
    "change", [{"use_case": "red_teaming"}, {"release": "other"}, {"environment": "other"}, {"data_class": "personal"}]
)
def test_what_no_line_covers_is_refused(
    gateway: Gateway, holder: Holder, credential: Credential, change: dict[str, str]
) -> None:
    said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()), **change)
    assert said["reason"] == "not_disclosed_or_not_granted"


def tampered(token: str) -> str:
    """The line's disclosure says ten times as much."""
    jwt, *disclosures, _end = token.split("~")
    changed = []
    for item in disclosures:
        parts = opened(item)
        if len(parts) == 2:
            parts[1]["limits"]["requests_per_day"] *= 10
            item = b64url(json.dumps(parts).encode())
        changed.append(item)
    return "~".join([jwt, *changed, ""])


def attack(name: str, gateway: Gateway, holder: Holder, token: str) -> str:
    nonce = gateway.nonce()
    good = holder.present(token, AUDIENCE, nonce)
    start, binding = good.rsplit("~", 1)
    jwt, *disclosures = start.split("~")
    return {
        "changed disclosure": lambda: holder.present(tampered(token), AUDIENCE, nonce),
        "disclosure taken out": lambda: "~".join([jwt, *disclosures[1:], binding]),
        "disclosure twice": lambda: holder.present("~".join([jwt, disclosures[0], *disclosures, ""]), AUDIENCE, nonce),
        "another holder": lambda: Holder().present(token, AUDIENCE, nonce),
        "no binding": lambda: start + "~",
        "another audience": lambda: holder.present(token, "https://elsewhere.example", nonce),
        "a nonce of nobody": lambda: holder.present(token, AUDIENCE, "guessed"),
        "an old binding": lambda: holder.present(token, AUDIENCE, nonce, iat=int(time.time()) - 900),
        "a binding of the future": lambda: holder.present(token, AUDIENCE, nonce, iat=int(time.time()) + 900),
        "self-signed": lambda: holder.present("~".join([self_signed(holder, jwt), *disclosures, ""]), AUDIENCE, nonce),
        "nothing": lambda: "~~",
    }[name]()


def self_signed(holder: Holder, jwt: str) -> str:
    header = json_object(unb64url(jwt.split(".", maxsplit=1)[0]))
    return holder.signed(header, claims_of(jwt))


ATTACKS = {
    "changed disclosure": "tampered_disclosure",
    "disclosure taken out": "other_disclosures",
    "disclosure twice": "malformed",
    "another holder": "bad_signature",
    "no binding": "not_bound",
    "another audience": "other_audience",
    "a nonce of nobody": "unknown_nonce",
    "an old binding": "expired",
    "a binding of the future": "not_yet_valid",
    "self-signed": "bad_signature",
    "nothing": "not_bound",
}


def test_attacks_are_refused(gateway: Gateway, holder: Holder, credential: Credential) -> None:
    said = {name: gateway.ask(attack(name, gateway, holder, credential.token)) for name in ATTACKS}
    assert {name: answer["reason"] for name, answer in said.items()} == ATTACKS
    assert not any(answer["decision"] for answer in said.values())


@given(st.one_of(st.text(max_size=60), st.text("~.eyJ0AbQ=-_é", max_size=60), st.from_regex(r"(\w*[.~]){0,8}")))
@settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_presented_is_answered_and_refused(gateway: Gateway, text: str) -> None:
    said = gateway.ask(text)
    assert said["decision"] is False
    assert said["reason"]


def test_a_question_of_another_shape_is_told_so(gateway: Gateway) -> None:
    for change in ({"requests": -1}, {"requests": 0}, {"requests": "1"}, {"requests": True}, {"release": 5}):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            gateway.ask("x", **change)


def test_a_presentation_is_good_once(gateway: Gateway, holder: Holder, credential: Credential) -> None:
    shown = holder.present(credential.token, AUDIENCE, gateway.nonce())
    assert gateway.ask(shown)["decision"] is True
    assert gateway.ask(shown)["reason"] == "unknown_nonce"


def test_a_hold_reaches_it_by_the_list_and_goes_again(
    start: Callable[..., Gateway], made: make.GrantCast, holder: Holder, credential: Credential
) -> None:
    gateway = start(most_cached=0)

    def asked() -> str:
        said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()))
        return "permitted" if said["decision"] else str(said["reason"])

    assert asked() == "permitted"
    holds = [place_hold(target=on, reason="-", lifted_when="-", by=made.signatory) for on in (made.grant, made.line)]
    publish_due()
    assert asked() == "suspended"
    lift_hold(hold=holds[0], reason="-", by=made.signatory)
    publish_due()
    assert asked() == "suspended"
    lift_hold(hold=holds[1], reason="-", by=made.signatory)
    publish_due()
    assert asked() == "permitted"
    withdraw_key(key=credential.key, reason="Lost", by=made.applicant)
    publish_due()
    assert asked() == "revoked"


def test_keys_are_replaced_without_a_break(
    start: Callable[..., Gateway], made: make.GrantCast, holder: Holder, credential: Credential
) -> None:
    gateway = start(most_cached=300)
    for purpose in ("credentials", "status"):
        ensure_keys(purpose=purpose)
    assert gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()))["decision"] is True
    with clock.at(clock.now() + timedelta(days=2)):
        for purpose in ("credentials", "status"):
            rotate_key(purpose=purpose, by=SYSTEM)
    again = holder.register(made.grant, made.applicant)
    publish_due()
    for _ in range(3):
        assert gateway.ask(holder.present(again.token, AUDIENCE, gateway.nonce()))["decision"] is True


def test_with_the_portal_away_what_was_seen_counts_until_it_ends(
    start: Callable[..., Gateway], portal: Served, holder: Holder, credential: Credential
) -> None:
    gateway, cold = start(most_cached=0), start()
    assert gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()))["decision"] is True
    with portal.away():
        said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()))
        assert (said["decision"], said["by"]) == (True, "credential")
        beyond = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()), requests=900)
        assert (beyond["decision"], beyond["reason"]) == (False, "portal_away")
        unknown = cold.ask(holder.present(credential.token, AUDIENCE, cold.nonce()))
        assert (unknown["decision"], unknown["reason"]) == (False, "portal_away")
    assert cold.ask(holder.present(credential.token, AUDIENCE, cold.nonce()))["decision"] is True


def test_near_a_limit_the_portal_is_asked(gateway: Gateway, holder: Holder, credential: Credential) -> None:
    said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()), requests=900)
    assert (said["decision"], said["by"]) == (True, "portal")
    said = gateway.ask(holder.present(credential.token, AUDIENCE, gateway.nonce()), requests=1001)
    assert (said["decision"], said["by"]) == (False, "portal")
    hidden = holder.present(credential.token, AUDIENCE, gateway.nonce(), keep=lambda parts: len(parts) == 2)
    assert gateway.ask(hidden, requests=900)["reason"] == "disclose_the_organisation"


def test_who_may_use_a_line_of_named_people_is_asked_of_the_portal(
    start: Callable[..., Gateway], partner: Cast, made: make.GrantCast, portal: Served, settings: Any, holder: Holder
) -> None:
    settings.BASE_URL = portal.url
    draft = make.draft_request(made=partner, provider=made.release.provider, staff=made.staff)
    person, actor = people.cleared(draft.institution)
    _other, stranger = people.cleared(draft.institution)
    line = lines_of(draft.request)[0]
    terms = {name: getattr(line, name) for name in TERMS}
    change_line(line=line, people=[person], justification="As planned.", by=draft.applicant, **terms)
    draft.fresh()
    reviewed = make.to_provider(make.review(make.take_up(make.submit(draft))))
    named = make.accept(make.sign_grant(make.to_signatories(make.consent(reviewed))))
    token = holder.register(named.grant, named.applicant).token
    gateway = start()
    gateway.made = named

    def asked(**changes: Any) -> tuple[bool, str]:
        said = gateway.ask(holder.present(token, AUDIENCE, gateway.nonce()), **changes)
        return said["decision"], said["by"]

    assert asked() == (True, "credential")
    assert asked(person=str(actor.user_id)) == (True, "portal")
    assert asked(person=str(stranger.user_id)) == (False, "portal")


def test_the_holders_program_does_its_part(
    gateway: Gateway, made: make.GrantCast, portal: Served, credential: Credential, tmp_path: Path
) -> None:
    """Key, proof, fetching and presenting with the program that the page names."""

    def run(*words: str) -> str:
        program = [sys.executable, str(ROOT / "docs" / "example_holder.py"), *words]
        done = subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("key", "holder.pem")
    assert (tmp_path / "holder.pem").stat().st_mode & 0o777 == 0o600
    challenge = new_challenge(made.grant.pk, made.applicant.person_id)
    proof = run("prove", "holder.pem", "--audience", portal.url, "--nonce", challenge.nonce)
    register_key(grant=made.grant, name="x", proof=proof, challenge=challenge, by=confirmed(made.applicant))
    name = run("fetch", "holder.pem", "--portal", portal.url)
    assert name == f"{made.grant.reference}.sd-jwt"
    shown = run("present", "holder.pem", name, "--audience", AUDIENCE, "--nonce", gateway.nonce(), "--line", "1")
    assert gateway.ask(shown)["decision"] is True
