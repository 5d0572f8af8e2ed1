"""Versions of the rulebook: their lifecycle, their fixed documents, and the queries by which all read the rules."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.rulebook import queries
from portal.rulebook.actions import version as actions
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import Rulebook, parse
from portal.rulebook.states import RULEBOOK_VERSION
from portal.rulebook.versions import FOUNDING
from tests.factories.rulebook import document, founded_rulebook, founding_rules, rules_numbered

pytestmark = pytest.mark.django_db


def member(name: str = "A member") -> Actor:
    return Actor(
        kind="person",
        body_id=uuid4(),
        body_kind="oversight",
        roles=frozenset({"person", "oversight_member"}),
        user_id=uuid4(),
        name=name,
    )


def adopted(number: str = "1.1", rules: Rulebook | None = None) -> RulebookVersion:
    proposer, other = member(), member()
    version = actions.propose_version(rules=rules or rules_numbered(number), by=proposer)
    actions.open_consultation(version=version, by=proposer)
    actions.call_vote(version=version, by=proposer)
    return actions.adopt_version(version=version, by=other)


def test_founding_puts_the_shipped_version_in_force_and_records_it() -> None:
    version = founded_rulebook()
    assert version.state == "in_force"
    assert version.version == founding_rules().version
    entry = Entry.objects.get(object_id=version.pk)
    assert (entry.verb, entry.role, entry.rulebook) == ("rulebook_version.found", "system", "1.0")


def test_founding_again_changes_nothing() -> None:
    first = founded_rulebook()
    assert actions.found_rulebook(by=SYSTEM, rules=rules_numbered("9.9")).pk == first.pk
    assert RulebookVersion.objects.count() == 1
    assert Entry.objects.filter(object_type="rulebook_version").count() == 1


def test_only_the_portal_itself_founds() -> None:
    with pytest.raises(Refused):
        actions.found_rulebook(by=member())


def test_a_version_goes_from_draft_to_force_and_supersedes_the_former() -> None:
    former = founded_rulebook()
    version = adopted()
    assert queries.rules().version == "1.0"
    actions.put_in_force(version=version, by=SYSTEM)
    former.refresh_from_db()
    assert (former.state, version.state) == ("superseded", "in_force")
    assert former.ended_at == version.in_force_at
    assert queries.rules().version == "1.1"
    assert queries.rules("1.0").version == "1.0"


def test_every_move_of_the_table_has_its_action_and_is_recorded() -> None:
    founded_rulebook()
    version = adopted()
    actions.put_in_force(version=version, by=SYSTEM)
    draft = actions.propose_version(rules=rules_numbered("1.2"), by=member())
    actions.amend_version(version=draft, rules=parse({**document("1.2"), "clocks": []}), by=member())
    actions.reject_version(version=draft, reason="Not needed.", by=member())
    verbs = set(Entry.objects.filter(object_type="rulebook_version").values_list("verb", flat=True))
    assert verbs == {f"rulebook_version.{move.verb}" for move in RULEBOOK_VERSION.moves}


def test_whoever_proposed_does_not_record_the_adoption() -> None:
    proposer = member()
    version = actions.propose_version(rules=rules_numbered("1.1"), by=proposer)
    actions.open_consultation(version=version, by=proposer)
    actions.call_vote(version=version, by=proposer)
    with pytest.raises(Refused) as refusal:
        actions.adopt_version(version=version, by=proposer)
    assert refusal.value.verdict.code == "own_proposal"
    assert RulebookVersion.objects.get(pk=version.pk).state == "voting"


def test_a_number_is_given_once() -> None:
    founded_rulebook()
    with pytest.raises(Refused) as refusal:
        actions.propose_version(rules=founding_rules(), by=member())
    assert refusal.value.verdict.code == "version_taken"


def test_a_draft_keeps_its_number_when_amended() -> None:
    draft = actions.propose_version(rules=rules_numbered("1.1"), by=member())
    with pytest.raises(Refused):
        actions.amend_version(version=draft, rules=rules_numbered("1.2"), by=member())


def test_a_document_in_consultation_is_fixed() -> None:
    author = member()
    version = actions.propose_version(rules=rules_numbered("1.1"), by=author)
    actions.open_consultation(version=version, by=author)
    with pytest.raises(Refused):
        actions.amend_version(version=version, rules=rules_numbered("1.1"), by=author)


@pytest.mark.parametrize("column", ["document", "digest", "title", "version"])
def test_the_database_refuses_to_change_a_version_behind_the_actions(column: str) -> None:
    version = founded_rulebook()
    value = {"document": "'{}'::jsonb", "digest": f"'{'0' * 64}'", "title": "'x'", "version": "'7.7'"}[column]
    refused = pytest.raises(ProgrammingError, match="can no longer be changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE rulebook_rulebookversion SET {column} = {value} WHERE id = %s", [version.pk])


def test_the_database_has_one_version_in_force() -> None:
    founded_rulebook()
    adopted()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE rulebook_rulebookversion SET state = 'in_force', in_force_at = now() WHERE version = '1.1'"
        )


def test_the_stored_digest_is_that_of_the_stored_document() -> None:
    version = RulebookVersion.objects.get(pk=founded_rulebook().pk)
    assert digest(version.document) == version.digest == founding_rules().digest()
    assert parse(version.document) == founding_rules()


def test_rules_are_parsed_once_and_asked_for_in_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    founded_rulebook()
    first = queries.rules()
    with django_assert_num_queries(1):
        assert queries.rules() is first
    with django_assert_num_queries(1):
        assert queries.current_version() == "1.0"


def test_without_a_rulebook_the_message_says_what_to_run() -> None:
    for ask in (queries.current, queries.rules):
        with pytest.raises(queries.NoRulebook, match="load_rulebook"):
            ask()
    founded_rulebook()
    with pytest.raises(queries.NoRulebook, match=r"no version 8\.8"):
        queries.rules("8.8")


def test_the_command_founds_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_rulebook")
    call_command("load_rulebook")
    assert capsys.readouterr().out.count("Version 1.0 is in force.") == 2
    assert RulebookVersion.objects.count() == 1


def test_the_command_only_checks_when_asked(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_rulebook", str(FOUNDING), "--check")
    assert "sha256" in capsys.readouterr().out
    assert not RulebookVersion.objects.exists()


def test_the_command_prints_every_fault_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = FOUNDING.read_text(encoding="utf-8")
    broken = text.replace("question: foreign_control, equals: true", "question: forein_control, equals: true", 1)
    broken = broken.replace("      type: text\n", "      type: txt\n", 1) + "nonsense: 1\n"
    file = tmp_path / "broken.yaml"
    file.write_text(broken, encoding="utf-8")
    with pytest.raises(CommandError, match="fault"):
        call_command("load_rulebook", str(file))
    printed = capsys.readouterr().err
    assert "nonsense" in printed
    assert f"line {broken.count(chr(10))}" in printed
    assert not RulebookVersion.objects.exists()
