"""The public pages, and the keys that decisions cite."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from portal.core.actors import SYSTEM
from portal.core.canonical import digest
from portal.rulebook import catalogue
from portal.rulebook.actions import version as actions
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import DECISIONS, RISK_TIERS, parse
from tests.factories.rulebook import document, founded_rulebook, founding_rules, rules_numbered
from tests.query_budget import queries_of
from tests.rulebook.test_versions import adopted, member

RULES = founding_rules()


class Page(HTMLParser):
    """The ids of a page, its links to anchors, and its tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.anchors: set[str] = set()
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        if str(found.get("href", "")).startswith("#"):
            self.anchors.add(str(found["href"])[1:])
        if "style" in found:
            self.inline.append(tag)


# --- keys -------------------------------------------------------------------------------------------


def test_every_decision_can_cite_its_quorum() -> None:
    keys = catalogue.keys(RULES)
    assert {f"quorum.{decision}.{tier}" for decision in DECISIONS for tier in RISK_TIERS} <= keys


@pytest.mark.parametrize(
    "key",
    [
        "scope", "scope.not_allowed.critical_outside_isolation", "scope.use_cases.deployment", "scope.needed.frontier",
        "scope.limits.high", "risk.tiers.high", "risk.factors.frontier", "audits.intervals.high",
        "audits.findings.critical",
        "incidents.severities.critical", "incidents.deadlines.scheme_severe", "enforcement.ladder.removal",
        "enforcement.emergency", "appeal.against.hold", "retention.events", "qualification.notices_days",
        "qualification.validity_months.standard", "consent.deadline_working_days", "obligations.safety_results",
        "refusals.application.purpose", "second_factor.fresh_minutes", "clocks.screening", "disclosure.restricted",
        "people.training_months", "people.new_text_days", "eligibility.jurisdictions", "questionnaire.organisation",
        "questionnaire.organisation.lei", "declarations.truth",
    ],
)  # fmt: skip
def test_a_rule_can_be_cited(key: str) -> None:
    found = catalogue.citation(RULES, key)
    assert found is not None
    assert found.key == key
    assert found.title


def test_no_key_stands_for_two_rules() -> None:
    keys = [rule.key for chapter in catalogue.chapters(RULES) for rule in chapter.rules]
    keys += [chapter.key for chapter in catalogue.chapters(RULES)]
    keys += [rule.key for rule in catalogue.questions(RULES)]
    assert len(keys) == len(set(keys))


def test_an_unknown_key_is_no_rule() -> None:
    assert catalogue.citation(RULES, "quorum.initial.gigantic") is None


def test_every_rule_is_a_sentence_in_words() -> None:
    for chapter in catalogue.chapters(RULES):
        for rule in chapter.rules:
            text = f"{rule.title} {rule.text} {rule.why}"
            assert "None" not in text
            assert "%(" not in text
            assert "{" not in text
            assert "_" not in text, rule


def test_rules_are_told_in_the_language_of_the_moment() -> None:
    with translation.override("de"):
        assert catalogue.chapters(RULES)
    assert str(catalogue.chapters(RULES)[4].title) == "Who decides"


def test_deadlines_of_other_laws_are_told_as_well() -> None:
    from tests.rulebook.test_schema import DEADLINES

    doc = document()
    others = {rule["key"] for rule in DEADLINES}
    kept = [rule for rule in doc["incidents"]["deadlines"] if rule["key"] not in others]
    doc["incidents"]["deadlines"] = [*kept, *DEADLINES]
    rules = parse(doc)
    texts = [catalogue.citation(rules, f"incidents.deadlines.{rule['key']}") for rule in DEADLINES]
    assert "without delay after establishing the link" in texts[0].text
    assert "every 4 weeks until it is resolved" in texts[1].text
    assert "1 month of notification" in texts[2].text


# --- pages ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_anybody_can_read_the_rules_and_every_key_has_its_anchor(client: Client) -> None:
    founded_rulebook()
    response = client.get(reverse("rulebook:index"))
    assert response.status_code == 200
    page = Page(response.content.decode())
    assert catalogue.keys(RULES) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.anchors <= set(page.ids)
    assert page.inline == []


@pytest.mark.django_db
def test_a_superseded_version_stays_readable_and_says_so(client: Client) -> None:
    founded_rulebook()
    actions.put_in_force(version=adopted("1.1"), by=SYSTEM)
    text = client.get(reverse("rulebook:version", args=["1.0"])).content.decode()
    assert "no longer in force" in text
    assert reverse("rulebook:index") in text
    assert reverse("rulebook:version", args=["1.1"]) in text
    assert "no longer in force" not in client.get(reverse("rulebook:index")).content.decode()


@pytest.mark.django_db
def test_drafts_and_rejected_versions_are_not_public(client: Client) -> None:
    founded_rulebook()
    draft = actions.propose_version(rules=rules_numbered("1.1"), by=member())
    for name in ("version", "document"):
        assert client.get(reverse(f"rulebook:{name}", args=["1.1"])).status_code == 404
    actions.open_consultation(version=draft, by=member())
    assert "not in force yet" in client.get(reverse("rulebook:version", args=["1.1"])).content.decode()
    actions.reject_version(version=draft, reason="No.", by=member())
    assert client.get(reverse("rulebook:version", args=["1.1"])).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9.9", "x", "1.0'--", "<script>", "%00", "1.0%0a"])
def test_a_version_that_is_not_there_is_not_found(client: Client, number: str) -> None:
    founded_rulebook()
    assert client.get(f"/rulebook/{number}/").status_code in (400, 404)


@pytest.mark.django_db
def test_the_document_can_be_checked_against_its_digest(client: Client) -> None:
    founded_rulebook()
    body = client.get(reverse("rulebook:document", args=["1.0"])).json()
    assert digest(body["document"]) == body["sha256"] == RulebookVersion.objects.get().digest
    assert parse(body["document"]) == RULES


@pytest.mark.django_db
def test_while_the_portal_is_set_up_the_page_says_so(client: Client) -> None:
    response = client.get(reverse("rulebook:index"))
    assert response.status_code == 503
    assert "set up" in response.content.decode()


@pytest.mark.django_db
def test_the_page_costs_a_handful_of_queries(client: Client) -> None:
    founded_rulebook()
    client.get(reverse("rulebook:index"))
    assert len(queries_of(client, reverse("rulebook:index"))) <= 5


@pytest.mark.django_db
def test_pages_are_only_read(client: Client) -> None:
    founded_rulebook()
    for url in (reverse("rulebook:index"), reverse("rulebook:version", args=["1.0"])):
        assert client.post(url).status_code == 405
