"""Searching cases: what is found, misspelt names, and that nobody finds what they may not read."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.actions.case import declare_conflict
from partners.actions.query import ask_question, withdraw_question
from partners.actions.review import assess_section
from partners.admin.application import ApplicationAdmin
from partners.models import Application, SearchDocument, SearchWord
from partners.queries.search import FEW, marked, search_cases, snippets
from partners.queries.spelling import near_words
from partners.rules.words import MARKS, likeness, names, plain, texts, trigrams
from partners.tasks import index_renamed
from portal.accounts.actions.organisation import amend_organisation
from portal.core.actors import Actor
from tests.factories import partners as make
from tests.factories.accounts import appointed, make_member, make_organisation
from tests.query_budget import queries_of
from tests.world import client_for

pytestmark = pytest.mark.django_db
NAME = "Trondvik Observatory for Machine Conduct"


@pytest.fixture
def made() -> make.Cast:
    """A case of an institution with a name that no other has."""
    return make.reviewed_application(organisation=make_organisation("institution", NAME))


def ids(actor: Actor, text: str) -> list[UUID]:
    """The best first, of all cases that there are: what the person may not read is left out by the search itself."""
    return [row.pk for row in search_cases(actor, text).among(Application.objects.all())]


def finds(actor: Actor, text: str) -> int:
    return len(ids(actor, text))


def shown(actor: Actor, text: str) -> str:
    return " ".join(snippets(actor, search_cases(actor, text), ids(actor, text)).values())


@pytest.mark.parametrize(
    "text",
    [
        "Trondvik",
        "trondvik conduct",
        '"machine conduct"',
        "Trond",  # the beginning of a word
        "unsafe instructions",  # an answer
        "instruction",  # its stem
        "Nordmann",  # a director
        "statutes.png",  # a document
        "Trondvik unsafe",  # name and answer together
        "Trondvik -nowhere",
    ],
)
def test_names_answers_and_documents_are_found(made: make.Cast, text: str) -> None:
    assert finds(made.officer, text) == 1
    assert finds(made.officer, "zeppelin") == 0


def test_references_are_found_whole_and_in_part(made: make.Cast) -> None:
    reference = made.application.reference
    for text in (reference, reference.lower(), reference[2:], reference[-4:]):
        assert made.application.pk in ids(made.officer, text), text


@pytest.mark.parametrize("text", ["Trondwik", "Tronvik", "Observatry", "Trondvik Conducct", "Nordman Machin"])
def test_misspelt_names_are_found(made: make.Cast, text: str) -> None:
    assert finds(made.officer, text) == 1


def test_accents_do_not_matter() -> None:
    assert plain("Bjørnstad Élan") == "bjørnstad elan"
    assert likeness("Tromsö", "tromso") == 1
    assert trigrams("cat") == ["  c", " ca", "at ", "cat"]
    assert 0.3 <= likeness("trondvik", "trondwik") < 1
    assert likeness("trondvik", "zeppelin") == 0


def test_near_words_come_the_likest_first(made: make.Cast) -> None:
    assert near_words(["nordman", "trondwik"])["trondwik"][0] == "trondvik"
    assert near_words(["xyzzyq"]) == near_words([]) == {}


def test_texts_and_names_of_answers() -> None:
    answers = {
        "legal_name": "Fjell", "people": [{"name": "Kari", "function": "Director"}], "chosen": "second_factor",
        "document": "0199a0f0-0000-7000-8000-000000000000", "count": 3,
    }  # fmt: skip
    assert list(names(answers)) == ["Fjell", "Kari"]
    assert list(texts(answers)) == ["second factor", "Fjell", "Director", "Kari"]


def test_questions_and_answers_are_found_and_withdrawn_ones_are_not(made: make.Cast) -> None:
    query = ask_question(application=made.fresh(), section="security", text="Which zeppelin?", by=made.reviewer)
    assert finds(made.officer, "zeppelin") == 1
    assert "<mark>zeppelin</mark>" in shown(made.officer, "zeppelin")
    withdraw_question(query=query, by=made.reviewer)
    assert finds(made.officer, "zeppelin") == 0
    second = ask_question(application=made.fresh(), section="security", text="Say more.", by=made.reviewer)
    make.answer(made, second, monitoring="always")
    assert finds(made.officer, "more is said above") == 1


def test_the_newest_revision_is_searched(made: make.Cast) -> None:
    query = make.ask(made, section="intended_use")
    programme = "We measure how airships behave in storms, and nothing else at all. " * 6
    assert finds(made.officer, "airships") == 0
    make.answer(made, query, programme=programme)
    assert finds(made.officer, "airships") == 1
    assert finds(made.officer, "refuse unsafe instructions") == 0


# --- who finds what -------------------------------------------------------------------------------
def test_nobody_finds_a_case_that_they_do_not_see(made: make.Cast) -> None:
    elsewhere = make.make_authority("GB")
    strangers = [
        make_member(elsewhere, "case_officer"),
        make_member(made.authority, "reviewer"),
        make_member(made.authority, "signatory"),
        make_member(made.authority, "administrator"),
        made.applicant,
    ]
    for stranger in strangers:
        for text in ("Trondvik", "Trondwik", "unsafe instructions", made.application.reference):
            found = search_cases(stranger, text)
            assert ids(stranger, text) == [], (sorted(stranger.roles), text)
            assert snippets(stranger, found, [made.application.pk]) == {}


def test_a_conflict_of_interest_takes_the_case_out_of_every_search(made: make.Cast) -> None:
    colleague = make_member(made.authority, "case_officer")
    assert finds(colleague, "Trondvik") == 1
    declare_conflict(application=made.application, conflict=True, detail="My brother works there.", by=colleague)
    for text in ("Trondvik", "Trondwik", "unsafe instructions"):
        assert finds(colleague, text) == 0
        assert shown(colleague, text) == ""


def test_before_the_declaration_only_the_name_is_found(made: make.Cast) -> None:
    colleague = make_member(made.authority, "case_officer")
    assert finds(colleague, "Trondvik") == 1
    assert finds(colleague, "unsafe instructions") == 0
    assert finds(colleague, "Trondvik unsafe") == 0
    assert shown(colleague, "Trondvik") == ""
    declare_conflict(application=made.application, conflict=False, by=colleague)
    assert finds(colleague, "unsafe instructions") == 1


def test_whoever_wrote_for_the_institution_searches_no_content(made: make.Cast) -> None:
    body = make_member(made.authority, "case_officer", user=made.applicant.user)
    assert finds(body, "Trondvik") == 1
    assert finds(body, "unsafe instructions") == 0


def test_assessors_do_not_find_each_others_notes_until_they_have_recommended(made: make.Cast) -> None:
    second = make_member(made.authority, "reviewer")
    make.assign(made, second)
    application = made.fresh()
    assess_section(application=application, section="security", outcome="partly", note="A zeppelin!", by=made.reviewer)
    make.assess(made)
    assess_section(
        application=application, section="data", outcome="partly", note="The zeppelin is away.", by=made.reviewer
    )
    assert finds(made.reviewer, "zeppelin") == 1
    assert finds(made.officer, "zeppelin") == 1
    assert finds(second, "zeppelin") == 0
    assert "zeppelin" not in shown(second, "zeppelin OR instructions").lower()
    for section in ("organisation", "security"):
        assess_section(application=application, section=section, outcome="met", note="A dirigible.", by=second)
    assert finds(second, "dirigible") == 1
    make.assess(made, second)
    assert finds(second, "zeppelin") == 1


def test_a_revision_after_the_recommendation_makes_an_assessor_blind_again(made: make.Cast) -> None:
    second = make_member(made.authority, "reviewer")
    make.assign(made, second)
    make.assess(make.assess(made), second)
    assess_section(application=made.fresh(), section="data", outcome="partly", note="A zeppelin.", by=made.reviewer)
    assert finds(second, "zeppelin") == 1
    make.answer(made, make.ask(made, section="security"), stop_minutes=10, monitoring="always")
    assert finds(second, "zeppelin") == 0


def test_what_one_may_not_read_changes_no_order(made: make.Cast) -> None:
    """Notes that a blind assessor may not read rank nothing higher for them."""
    other = make.reviewed_application(
        authority=made.authority, organisation=make_organisation("institution", "Another body"), reviewer=made.reviewer,
        officer=made.officer,
    )  # fmt: skip
    second = make_member(made.authority, "reviewer")
    for case in (made, other):
        make.assign(case, second)
    before = ids(second, "unsafe instructions")
    assert len(before) == 2
    last = {made.application.pk: made, other.application.pk: other}[before[-1]]
    note = "unsafe instructions " * 30
    assess_section(application=last.fresh(), section="data", outcome="partly", note=note, by=made.reviewer)
    assert ids(second, "unsafe instructions") == before
    assert ids(made.officer, "unsafe instructions")[0] == before[-1]


# --- hostile words --------------------------------------------------------------------------------
HOSTILE = [
    "'", '"', "\\", "a & | !", "((", ":*", "foo:*b & !(", "<->", "' OR 1=1 --", "%", "_", "\x00", "\ue000x\ue001", "-",
     "or or", '"" ""', "a" * 5000, "(" * 300, "🎈", "\u202e", "tsquery::text", "$$", "\\'", "A-2026-", "--", "0-0-0-",
]  # fmt: skip


def test_hostile_words_are_words(made: make.Cast) -> None:
    for text in HOSTILE:
        found = search_cases(made.officer, text)
        ids(made.officer, text)
        snippets(made.officer, found, [made.application.pk])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=40))
def test_any_text_can_be_searched(text: str) -> None:
    officer = Actor(kind="person", roles=frozenset({"case_officer"}))
    assert ids(officer, text) == []


def test_snippets_are_escaped(made: make.Cast) -> None:
    text = "<script>alert(1)</script> & <mark>zeppelin</mark>"
    ask_question(application=made.fresh(), section="security", text=text, by=made.reviewer)
    found = shown(made.officer, "zeppelin")
    assert "<script" not in found
    assert "<mark>zeppelin</mark>" in found
    assert marked(f"{MARKS[0]}<b>{MARKS[1]}") == "<mark>&lt;b&gt;</mark>"


def test_marks_in_what_is_kept_are_taken_out(made: make.Cast) -> None:
    ask_question(application=made.fresh(), section="security", text=f"A{MARKS[0]}zeppelin{MARKS[1]}.", by=made.reviewer)
    assert not SearchDocument.objects.filter(aside__contains=MARKS[0]).exists()


# --- kept, and made anew --------------------------------------------------------------------------
def everything() -> list[tuple[Any, ...]]:
    rows = SearchDocument.objects.order_by("application", "kind", "author")
    return list(rows.values_list("application", "kind", "author", "names", "aside", "body", "vector"))


def test_made_anew_it_is_the_same(made: make.Cast) -> None:
    query = make.ask(made)
    make.answer(made, query, monitoring="always")
    make.assess(made)
    before, words = everything(), set(SearchWord.objects.values_list("word", flat=True))
    assert len(before) == 3
    call_command("rebuild_search", verbosity=0)
    assert everything() == before
    assert set(SearchWord.objects.values_list("word", flat=True)) == words


def test_a_renamed_institution_is_found_by_its_new_name(made: make.Cast) -> None:
    admin = appointed()
    amend_organisation(organisation=made.institution.organisation, name="Zeppelin House", website="", by=admin)
    assert finds(made.officer, "zeppelin") == 0
    assert index_renamed()["done"] == 1
    assert index_renamed()["done"] == 0
    assert finds(made.officer, "zeppelin") == 1
    SearchDocument.objects.all().delete()
    assert index_renamed()["done"] == 1, "and what was never indexed is"
    assert finds(made.officer, "unsafe instructions") == 1


def test_a_draft_is_found_by_nobody() -> None:
    made = make.cast()
    assert not SearchDocument.objects.filter(application=made.application).exists()


# --- the queue's box ------------------------------------------------------------------------------
def test_the_queues_box_searches_the_best_first_with_snippets(made: make.Cast) -> None:
    client: Client = client_for(made.officer)
    url = reverse("admin:partners_application_changelist")
    page = client.get(url, {"q": "unsafe instructions"}).content.decode()
    assert made.application.reference in page
    assert "<mark>unsafe</mark> <mark>instructions</mark>" in page
    assert made.application.reference not in client.get(url, {"q": "zeppelin"}).content.decode()
    for text in HOSTILE:
        wanted = 400 if "\x00" in text else 200
        assert client.get(url, {"q": text}).status_code == wanted, text


BUDGET = 12
"""Of every list."""


@pytest.mark.parametrize(
    "text", ["Trondvik", "Trondwik", "Trondvik Observatory conduct", '"machine conduct"', "A-2026"]
)
@pytest.mark.parametrize("who", ["officer", "reviewer"])
def test_a_search_costs_what_a_list_may(made: make.Cast, who: str, text: str) -> None:
    """The same with one case and with several, whether names are spelt as they are or not."""
    client, url = client_for(getattr(made, who)), reverse("admin:partners_application_changelist")
    address = f"{url}?{urlencode({'q': text})}"
    client.get(address)
    before = queries_of(client, address)
    assert len(before) <= BUDGET, "\n".join(before)
    for number in range(3):
        other = make_organisation("institution", f"{NAME} {number}")
        make.reviewed_application(
            authority=made.authority, organisation=other, reviewer=made.reviewer, officer=made.officer
        )
    after = queries_of(client, address)
    assert len(after) <= max(len(before), BUDGET - 1), "\n".join(after)
    assert len(ids(getattr(made, who), text)) == 4
    read = [one for one in after if "partners_searchdocument" in one and "ts_rank" in one and "ts_headline" not in one]
    assert len(read) == 1, "what is found, in which order, and how many, is one statement"
    assert not [one for one in after if "unnest" in one and str(made.application.pk) in one]


def test_words_are_looked_up_only_where_few_documents_are_found(made: make.Cast) -> None:
    """Of a case its name and its content are found: two documents, three with a note."""
    assert search_cases(made.officer, "Trondvik Observatry").wider is not None
    assert search_cases(made.officer, "Observatory").wider is None, "no other word is like it"
    SearchWord.objects.create(word="observatorio", trigrams=trigrams("observatorio"))
    assert search_cases(made.officer, "Observatory").wider is not None
    for number in range(FEW // 2):
        other = make_organisation("institution", f"Observatory {number}")
        make.reviewed_application(
            authority=made.authority, organisation=other, reviewer=made.reviewer, officer=made.officer
        )
    assert search_cases(made.officer, "Observatory").wider is None, "enough is found"
    assert search_cases(make_member(made.authority, "reviewer"), "Observatory").wider is not None, "not by this one"


def test_what_is_spelt_as_written_comes_first(made: make.Cast) -> None:
    other = make_organisation("institution", "Trondwik Trondwik Trondwik")
    second = make.reviewed_application(authority=made.authority, organisation=other, officer=made.officer)
    assert ids(made.officer, "Trondvik") == [made.application.pk, second.application.pk]
    assert ids(made.officer, "Trondwik") == [second.application.pk, made.application.pk]


def test_pages_of_what_is_found_say_how_many_there_are(made: make.Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApplicationAdmin, "list_per_page", 1)
    other = make_organisation("institution", "Trondvik Institute")
    make.reviewed_application(authority=made.authority, organisation=other, officer=made.officer)
    client, url = client_for(made.officer), reverse("admin:partners_application_changelist")
    shown_ = set()
    for page in ("1", "2"):
        answer = client.get(url, {"q": "Trondvik", "p": page})
        changes = answer.context["cl"]
        assert (changes.result_count, len(changes.result_list), changes.multi_page) == (2, 1, True)
        shown_ |= {row.pk for row in changes.result_list}
    assert len(shown_) == 2
    assert len(client.get(url, {"q": "Trondvik", "all": ""}).context["cl"].result_list) == 2
    for page in ("3", "0", "-1", "x", "9" * 50, "²"):
        assert client.get(url, {"q": "Trondvik", "p": page}).status_code in (200, 302), page
    by_name = client.get(url, {"q": "Trondvik", "o": "2"}).context["cl"].result_list
    assert by_name[0].institution.name == "Trondvik Institute"


def test_what_is_found_is_exported_and_filtered(made: make.Cast) -> None:
    client, url = client_for(made.officer), reverse("admin:partners_application_changelist")
    table = client.get(url, {"q": "Trondwik", "export": "csv"})
    assert made.application.reference in b"".join(table).decode()
    assert made.application.reference in client.get(url, {"q": "Trondwik", "whose": "us"}).content.decode()
    assert made.application.reference not in client.get(url, {"q": "Trondwik", "whose": "them"}).content.decode()
