"""Every page of one object costs as many queries with many parts as with one, whoever looks.

A story goes the way of a request, an environment or a model, once with one part of each kind and once with several.
At each stage everybody who may see its pages opens them, and in both stories each page asks the database as often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from grants.actions.accreditation import accredit_environment
from grants.actions.catalogue import announce_release, publish_release
from grants.actions.environment import attest_statements
from grants.actions.hold import place_hold
from grants.actions.request import answer_question
from grants.actions.review import ask_partner, assign_reviewer, declare_interests, take_up_request
from grants.actions.signature import refuse_to_sign, sign_request
from grants.actions.statement import adopt_catalogue, import_statements
from grants.catalogues import read_statements
from grants.models import Environment, GrantQuestion, Release, ReReview, StatementCatalogue
from grants.queries.grant import lines_of_grant
from grants.queries.request import lines_of
from grants.queries.statement import stated
from grants.rules.attestation import Answer
from partners.actions.evidence import upload_evidence
from partners.models import Evidence
from portal.core.actors import SYSTEM, Actor
from tests.contracts.details import is_of_an_object, readers
from tests.contracts.matrix import Row
from tests.contracts.matrix.grants import ROWS
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.factories.partners import Cast
from tests.query_budget import Opened, Place, asked_in, too_dear
from tests.world import client_for

MANY = 5
MOST = 18
"""Queries of one page, with the session and who asks."""
MORE = {"grants:grant": 19, "admin:grants_grantrequest_change": 20}
"""Pages that ask more: a grant with what stops it and may be changed, and a case on the desk with its plans."""


# --- pages, and who sees them ---------------------------------------------------------------------


@dataclass(frozen=True)
class Page:
    """The address of a page, which of the stage's objects it is about, and who opens it."""

    url: str
    about: str
    who: tuple[str, ...]


def pages(about: str, who: str, *urls: str) -> list[Page]:
    return [Page(url, about, tuple(who.split(", "))) for url in urls]


def portal(about: str, who: str, *names: str) -> list[Page]:
    return pages(about, who, *(f"grants:{name}" for name in names))


def desk(about: str, who: str, *names: str) -> list[Page]:
    return pages(about, who, *(f"admin:grants_{name}" for name in names))


def case(who: str, *verbs: str) -> list[Page]:
    return desk("request", who, *(f"grantrequest_{verb}" for verb in verbs))


OWN = "applicant, administrator, representative"
DESK = "case_officer, reviewer, signatory, auditor"
EVERYBODY = f"{OWN}, provider_staff, {DESK}, signatory elsewhere"
OTHER_TARGETS = ("partner", "grant", "environment")
PAGES: dict[str, list[Page]] = {
    "draft": [
        *portal("request", OWN, "request", "request_check", "line_check"),
        *portal("request", "applicant", "request_describe", "request_withdraw", "line_add", "scope_builder"),
        *portal("line of it", "applicant", "line_change"),
        *portal("plan of it", "applicant", "plan"),
    ],
    "arrived": case("case_officer", "change", "take_up"),
    "asked": [
        *portal("request", "applicant", "request", "request_answer"),
        *case("case_officer, reviewer", "change"),
    ],
    "in review": [
        *portal("request", "applicant", "request"),
        *case("case_officer, reviewer", "change", "ask", "history"),
        *case("case_officer", "assign"),
        *desk("line of it", "reviewer", "grantrequest_line"),
    ],
    "reviewed": case("case_officer", "change", "send_to_providers"),
    "at the provider": [
        *portal("request", "applicant", "request"),
        *portal("line", "provider_staff", "consent"),
        *case("case_officer", "change", "return_to_review", "send_to_signatories"),
    ],
    "to sign": [
        *portal("request", OWN, "request"),
        *portal("line", "provider_staff", "consent"),
        *case("case_officer, reviewer, signatory, signatory elsewhere", "change"),
        *case("case_officer, reviewer", "declare"),
        *case("signatory", "sign", "history"),
    ],
    "issued": [
        *portal("request", "applicant", "request"),
        *portal("grant", OWN, "grant", "agreement"),
        *case("case_officer, signatory", "change"),
    ],
    "held": [
        *portal("grant", EVERYBODY, "grant"),
        *portal("grant", OWN, "agreement"),
        *portal("grant", "administrator", "surrender"),
        *portal("line of grant", "administrator", "line_surrender"),
        *portal("grant", OWN, "use", "connect"),
        *desk("grant", DESK, "grant_change", "grant_history"),
        *portal("environment", f"{OWN}, {DESK}", "environment"),
        *desk("environment", DESK, "environment_change"),
        *desk("environment", "case_officer", "environment_suspend"),
        *portal("hold of line", EVERYBODY, "hold"),
        *desk("hold of line", DESK, "hold_change", "hold_history"),
        *desk("hold of line", "signatory", "hold_lift"),
        *desk("hold of line", "signatory elsewhere", "hold_confirm"),
        *desk("hold on line", "signatory", "hold_place"),
        *(page for target in OTHER_TARGETS for page in portal(f"hold of {target}", "applicant", "hold")),
        *(page for target in OTHER_TARGETS for page in desk(f"hold on {target}", "signatory", "hold_place")),
    ],
    "environment": [
        *portal("environment", "applicant", "environment", "environment_attest", "environment_change"),
        *portal("environment", "applicant", "environment_adopt", "environment_document_new"),
        *portal("environment", f"{OWN}, {DESK}", "statements"),
        *portal("group", "applicant", "environment_group"),
        *portal("document", f"{OWN}, {DESK}", "environment_document"),
        *desk("environment", DESK, "environment_history"),
        *desk("environment", "case_officer", "environment_change", "environment_accredit", "environment_accept_change"),
        *desk("environment", "case_officer", "environment_send_back"),
    ],
    "model": [
        *portal("model", "provider_staff", "model", "release_new", "model_edit"),
        *portal("release", "provider_staff", "release", "release_edit", "release_retire"),
        *desk("grant", "case_officer", "grant_change"),
        *desk("re-review", "case_officer, auditor", "rereview_change", "rereview_history"),
        *desk("re-review", "case_officer", "rereview_look"),
    ],
}


# --- who and what there is ------------------------------------------------------------------------


class Ground:
    """A partner, a provider, and a person for every role."""

    def __init__(self, partner: Cast, made: make.GrantCast) -> None:
        self.partner, self.provider, self.staff = partner, made.release.provider, made.staff
        self.administrator = make_member(partner.institution.organisation, "administrator")
        people = {
            "applicant": partner.applicant,
            "administrator": self.administrator,
            "representative": make_member(partner.institution.organisation, "representative"),
            "provider_staff": made.staff,
            "case_officer": partner.officer,
            "reviewer": partner.reviewer,
            "signatory": partner.signatory,
            "signatory elsewhere": partner.other_signatory,
            "auditor": make_member(partner.authority, "auditor"),
        }
        self.clients = {name: client_for(actor) for name, actor in people.items()}
        for client in self.clients.values():
            client.get(reverse("inbox"))

    def place(self) -> make.Place:
        release, _ = make.make_release(self.provider, self.staff)
        return release, make.make_environment(self.partner.institution, self.partner.applicant)

    def draft(self, *places: make.Place) -> make.GrantCast:
        return make.draft_request(**self.cast(places))

    def in_force(self, *places: make.Place) -> make.GrantCast:
        return make.grant_in_force(**self.cast(places))

    def cast(self, places: Sequence[make.Place]) -> dict[str, Any]:
        return {"made": self.partner, "places": places, "staff": self.staff, "administrator": self.administrator}


# --- stories --------------------------------------------------------------------------------------
Stage = tuple[str, dict[str, list[Any]]]
"""Its name, and the arguments of the addresses of what its pages are about."""


def story_of_a_request(ground: Ground, count: int) -> Iterator[Stage]:
    """From the draft to a grant that is held, with `count` lines about as many releases in as many environments."""
    made = ground.draft(*(ground.place() for _ in range(count)))
    lines = lines_of(made.request)
    about: dict[str, list[Any]] = {
        "request": [made.request.pk],
        "line": [lines[0].pk],
        "line of it": [made.request.pk, lines[-1].pk],
    }
    about["plan of it"] = [made.request.pk, "evaluation"]
    yield "draft", about
    make.submit(made)
    reviewers = [made.reviewer, *(make_member(made.authority, "reviewer") for _ in range(count))]
    declare_interests(request=made.request, conflict=False, by=made.officer)
    yield "arrived", about
    take_up_request(request=made.request, by=made.officer)
    for reviewer in reviewers[:count]:
        assign_reviewer(request=made.request, reviewer=reviewer.user, by=made.officer)
        declare_interests(request=made.request, conflict=False, by=reviewer)
    ask_and_answer(made, count - 1)
    ask(made)
    yield "asked", about
    answer(made)
    yield "in review", about
    for _ in range(min(count, 2)):
        make.review(made, outcome="narrowed", seats=2, reason="Two are enough.", conditions=["Keep the logs."])
    yield "reviewed", about
    make.to_provider(made)
    for _ in range(min(count, 2)):
        make.consent(made, *[{"answer": "conditions", "conditions": ["Tell us what you find."]}] * count)
    yield "at the provider", about
    make.to_signatories(made)
    sign_all_but_last(made, refusals=min(count, 2) - 1)
    yield "to sign", about
    sign_request(request=made.request, seen=made.request.digest, by=made.signatory)
    yield "issued", {**about, "grant": [made.grant.pk]}
    make.accept(made)
    yield "held", {"grant": [made.grant.pk], **hold_everything(made)}


def ask(made: make.GrantCast) -> None:
    ask_partner(request=made.request, question="Which prompts?", by=made.reviewer)


def answer(made: make.GrantCast) -> None:
    question = GrantQuestion.objects.select_related("request").get(request=made.request, answered_at=None)
    answer_question(question=question, answer="These.", by=made.applicant)
    made.fresh()


def ask_and_answer(made: make.GrantCast, times: int) -> None:
    for _ in range(times):
        ask(made)
        answer(made)


def sign_all_but_last(made: make.GrantCast, *, refusals: int) -> None:
    """One signatory signs. Before, the other one refused so many times, and the first signature became void."""
    for who in (made.signatory, made.other_signatory):
        declare_interests(request=made.request, conflict=False, by=who)
    for _ in range(refusals):
        sign_request(request=made.request, seen=made.request.digest, by=made.other_signatory)
        refuse_to_sign(request=made.request, seen=made.request.digest, reason="Read again.", by=made.signatory)
        make.to_signatories(make.to_provider(made))
    sign_request(request=made.request, seen=made.request.digest, by=made.other_signatory)


def hold_everything(made: make.GrantCast) -> dict[str, list[Any]]:
    """Every line with its environment, the grant, and the partner are held. Gives the first hold on each kind."""
    lines = lines_of_grant(made.grant)
    targets: dict[str, Any] = {
        "line": lines[0],
        "environment": lines[0].environment,
        "grant": made.grant,
        "partner": made.institution,
    }
    more = [target for line in lines[1:] for target in (line, line.environment)]
    holds = [
        place_hold(target=target, reason="Lost keys.", lifted_when="New keys are in use.", by=made.signatory)
        for target in (*targets.values(), *more)
    ]
    return {
        "environment": [lines[0].environment_id],
        "line of grant": [made.grant.pk, lines[0].pk],
        **{f"hold on {kind}": [kind, target.pk] for kind, target in targets.items()},
        **{f"hold of {hold.target_kind}": [hold.pk] for hold in reversed(holds)},
    }


def story_of_an_environment(ground: Ground, count: int) -> Iterator[Stage]:
    """Named by `count` requests, attested anew as many times with as many documents, accredited, and changed since."""
    (release, environment), by = ground.place(), ground.partner.applicant
    adopt_catalogue(environment=environment, catalogue=catalogue_of(40 * count), by=by)
    documents = [document_of(environment, by, f"plan-{number}.txt") for number in range(count)]
    for number in range(count):
        ground.draft((release, environment))
        attest_all(environment, f"As in edition {number}.", documents, by)
    accredit_environment(environment=environment, by=ground.partner.officer)
    attest_all(environment, "As in the last edition.", documents, by)
    yield (
        "environment",
        {
            "environment": [environment.pk],
            "group": [environment.pk, f"other-{count}:people"],
            "document": [environment.pk, documents[0].pk],
        },
    )


def catalogue_of(count: int) -> StatementCatalogue:
    """So many statements in one group."""
    rows = "".join(f"\n      - {{id: s-{number}, text: Statement {number}.}}" for number in range(count))
    text = f"title: Other\nversion: '1'\ngroups:\n  - key: people\n    title: People\n    statements:{rows}\n"
    read = read_statements(text.encode(), form="scheme")
    return import_statements(key=f"other-{count // 40}", read=read, by=SYSTEM)


def document_of(environment: Environment, by: Actor, name: str) -> Evidence:
    upload = SimpleUploadedFile(name, b"A plan.\n")
    return upload_evidence(institution=environment.institution, upload=upload, by=by, about=environment.pk)


def attest_all(environment: Environment, how: str, documents: list[Evidence], by: Actor) -> None:
    answer = Answer("met", how, frozenset(item.pk for item in documents))
    attest_statements(environment=environment, answers={row.key: answer for row in stated(environment)}, by=by)


def story_of_a_model(ground: Ground, count: int) -> Iterator[Stage]:
    """With `count` releases, each named by a line of one grant, and as many announced since."""
    first, staff = make.make_release(ground.provider, ground.staff)
    _, environment = ground.place()

    def another(name: str) -> Release:
        return announce_release(
            model=first.model,
            version=name,
            key=f"{first.key}-{name}",
            capability_tier=first.capability_tier,
            access_routes=["api"],
            by=staff,
        )

    older = [publish_release(release=another(f"4.{number}"), by=staff) for number in range(2, count + 1)]
    made = ground.in_force(*((release, environment) for release in (first, *older)))
    newer = [another(f"5.{number}") for number in range(count)]
    found = ReReview.objects.filter(grant=made.grant).first()
    assert found is not None
    yield (
        "model",
        {
            "model": [first.model_id],
            "release": [newer[-1].pk],
            "grant": [made.grant.pk],
            "re-review": [found.pk],
        },
    )


# --- the tests ------------------------------------------------------------------------------------
Telling = Callable[[Ground, int], Iterator[Stage]]


@pytest.fixture
def ground(partner: Cast, made: make.GrantCast) -> Ground:
    return Ground(partner, made)


@pytest.mark.parametrize("story", [story_of_a_request, story_of_an_environment, story_of_a_model])
def test_a_page_costs_the_same_with_many_parts(ground: Ground, story: Telling) -> None:
    few, many = asked_in(lambda count: opened_in(story, ground, count))
    told = [too_dear(few, {place: queries}, most=_most(place)) for place, queries in many.items()]
    wrong = "\n".join(filter(None, told))
    assert not wrong, wrong


def _most(place: Place) -> int:
    return MORE.get(str(place[0]), MOST)


def opened_in(story: Telling, ground: Ground, count: int) -> Iterator[Opened]:
    """The pages of each stage, by everybody who opens them."""
    for stage, about in story(ground, count):
        for page in PAGES[stage]:
            url = reverse(page.url, args=about[page.about])
            for who in page.who:
                yield Opened((page.url, stage, page.about, who), ground.clients[who], url)


def posted(client: Client, url: str, data: dict[str, str]) -> tuple[Any, int]:
    """The answer to the form, and how many queries it took.

    Nodes of the record's tree are not counted: whether one is complete hangs on how many entries came before.
    """
    with CaptureQueriesContext(connection) as captured:
        answered = client.post(url, data)
    return answered, sum('"ledger_node"' not in query["sql"] for query in captured)


def test_starting_a_change_costs_the_same_with_many_lines(ground: Ground) -> None:
    def cost(count: int) -> int:
        made = ground.in_force(*(ground.place() for _ in range(count)))
        url = reverse("grants:grant_change", args=[made.grant.pk])
        _, queries = posted(ground.clients["applicant"], url, {"kind": "amendment"})
        assert made.grant.amendments.get().lines.count() == count
        return queries

    first = cost(1)
    assert cost(MANY) <= first


def test_asking_by_hand_costs_the_same_with_many_lines(ground: Ground) -> None:
    place = ground.place()

    def cost(count: int) -> int:
        for _ in range(count):
            ground.in_force(place)
        subject = {"subject_type": "partner", "subject_id": ground.partner.institution.lei}
        question = {**subject, "release": place[0].key, "environment": place[1].key}
        words = {"use_case": "evaluation", "data_class": "synthetic"}
        page, queries = posted(ground.clients["provider_staff"], reverse("grants:console"), {**question, **words})
        assert page.context["decision"].permitted
        return queries

    assert cost(1) == cost(2) <= MOST


@pytest.mark.parametrize("row", [row for row in ROWS if is_of_an_object(row)], ids=lambda row: row.url)
def test_every_page_of_an_object_is_held_for_everybody_who_may_see_it(row: Row) -> None:
    held = {who for found in PAGES.values() for page in found if page.url == row.url for who in page.who}
    seeing = {name.partition(".")[0].partition("@")[0] for name in readers(row, "stranger")}
    assert seeing <= {who.partition(" ")[0] for who in held}
