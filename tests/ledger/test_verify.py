"""The verifier finds whatever a superuser does behind the triggers, and nothing where nobody did."""

import json

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.actions.organisation import amend_organisation, close_organisation, register_organisation
from portal.accounts.models import Organisation
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import canonical
from portal.ledger.append import commitment, head_mac
from portal.ledger.merkle import Frontier, leaf_hash
from portal.ledger.models import Entry, Event, Head, Node
from portal.workflow import deed
from tests.ledger.support import found, tamper

pytestmark = pytest.mark.django_db

ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")


@pytest.fixture
def bodies():
    """Thirteen entries: twelve bodies, one of them closed in the last entry but one."""
    made = [
        register_organisation(kind="institution", name=f"Body {number}", jurisdiction="NO", by=SYSTEM)
        for number in range(11)
    ]
    close_organisation(organisation=made[3], reason="merged", by=ADMIN)
    made.append(register_organisation(kind="institution", name="The last", jurisdiction="NO", by=SYSTEM))
    assert Entry.objects.count() == 13
    return made


def test_an_untouched_record_verifies(bodies, capsys):
    assert found() == []
    call_command("verify_ledger")
    assert "13 entries verified" in capsys.readouterr().out


def test_an_empty_record_verifies():
    assert found() == []


def test_the_command_fails_loudly(bodies):
    tamper("UPDATE ledger_entry SET role = 'signatory' WHERE seq = 5")
    with pytest.raises(CommandError, match=r"problem.*13 entries"):
        call_command("verify_ledger", stdout=open("/dev/null", "w"))  # noqa: SIM115, PTH123


CHANGES = {
    "verb": "'organisation.amend'",
    "role": "'signatory'",
    "body_id": "gen_random_uuid()",
    "object_type": "'membership'",
    "object_id": "gen_random_uuid()",
    "state": "'closed'",
    "rulebook": "'9.9'",
    "time": "time + interval '1 second'",
    "retained_until": "retained_until + 1",
    "commitment": r"'\x00'",
    "leaf_hash": r"'\x00'",
}


@pytest.mark.parametrize("column", CHANGES)
def test_a_changed_field_of_an_entry_is_found(bodies, column):
    tamper(f"UPDATE ledger_entry SET {column} = {CHANGES[column]} WHERE seq = 5")
    assert any("entry 5" in line for line in found())


EVENT_CHANGES = {
    "content": "replace(content, 'Body', 'Nobody')",
    "salt": r"'\x00'",
    "tier": "'public'",
    "about": "about || ARRAY[gen_random_uuid()]",
    "actor_id": "gen_random_uuid()",
    "retained_until": "retained_until - 3000",
}


@pytest.mark.parametrize("column", EVENT_CHANGES)
def test_a_changed_field_of_an_event_is_found(bodies, column):
    tamper(f"UPDATE ledger_event SET {column} = {EVENT_CHANGES[column]} WHERE entry_id = 5")
    assert any("entry 5" in line for line in found())


def test_an_event_moved_off_a_timeline_is_found(bodies):
    tamper("UPDATE ledger_event SET about = ARRAY[]::uuid[] WHERE entry_id = 5")
    assert any("entry 5" in line and "timeline" in line for line in found())


def test_an_event_and_commitment_forged_together_are_found(bodies):
    entry, event = Entry.objects.get(seq=5), Event.objects.get(entry=5)
    content = {**json.loads(event.content), "says": "Nothing happened"}
    forged = commitment(bytes(event.salt), canonical(content))
    tamper("UPDATE ledger_event SET content = %s WHERE entry_id = 5", [canonical(content).decode()])
    entry.commitment = forged
    tamper(
        "UPDATE ledger_entry SET commitment = %s, leaf_hash = %s WHERE seq = 5",
        [forged, leaf_hash(canonical(entry.public()))],
    )
    lines = found()
    assert any(line.startswith("node ") for line in lines)
    assert any(line.startswith("head") for line in lines)


def test_a_record_rewritten_whole_is_found_by_its_head(bodies):
    """Someone with the database but not the key recomputes every hash."""
    entry = Entry.objects.get(seq=5)
    entry.role = "signatory"
    tamper(
        "UPDATE ledger_entry SET role = 'signatory', leaf_hash = %s WHERE seq = 5",
        [leaf_hash(canonical(entry.public()))],
    )
    event = Event.objects.get(entry=5)
    content = canonical({**json.loads(event.content), "role": "signatory"})
    entry.commitment = commitment(bytes(event.salt), content)
    tamper("UPDATE ledger_event SET content = %s WHERE entry_id = 5", [content.decode()])
    tamper(
        "UPDATE ledger_entry SET commitment = %s, leaf_hash = %s WHERE seq = 5",
        [entry.commitment, leaf_hash(canonical(entry.public()))],
    )
    tree = rebuilt()
    tamper(
        "UPDATE ledger_head SET root = %s, frontier = %s",
        [tree.root().hex(), [peak.hex() for peak in tree.peaks]],
    )
    assert found() == ["head: not written by this portal: its authentication code does not fit LEDGER_KEY"]


def rebuilt():
    """Recompute tree nodes from the entries as they are now, as a careful forger would."""
    tree = Frontier()
    for leaf in Entry.objects.order_by("seq").values_list("leaf_hash", flat=True):
        for node in tree.append(bytes(leaf)):
            tamper(
                "UPDATE ledger_node SET hash = %s WHERE level = %s AND index = %s", [node.hash, node.level, node.index]
            )
    return tree


def test_an_entry_removed_from_the_middle_is_found(bodies):
    tamper("DELETE FROM ledger_event WHERE entry_id = 5")
    tamper("DELETE FROM ledger_entry WHERE seq = 5")
    assert any("expected entry 5" in line for line in found())


def test_an_event_whose_entry_was_removed_is_found(bodies):
    tamper("DELETE FROM ledger_entry WHERE seq = 5")
    assert any(line.startswith("events") for line in found())


def test_a_tail_cut_off_is_found(bodies):
    tamper("DELETE FROM ledger_event WHERE entry_id = 13")
    tamper("DELETE FROM ledger_entry WHERE seq = 13")
    assert any("it counts 13 entries, the record has 12" in line for line in found())


def test_a_tail_cut_off_with_the_head_adjusted_is_found(bodies):
    tamper("DELETE FROM ledger_event WHERE entry_id = 13")
    tamper("DELETE FROM ledger_entry WHERE seq = 13")
    tree = Frontier()
    for leaf in Entry.objects.order_by("seq").values_list("leaf_hash", flat=True):
        tree.append(bytes(leaf))
    tamper(
        "UPDATE ledger_head SET size = 12, root = %s, frontier = %s",
        [tree.root().hex(), [peak.hex() for peak in tree.peaks]],
    )
    assert any("LEDGER_KEY" in line for line in found())


def test_a_tail_cut_off_under_an_old_head_is_found_by_the_rows_it_spoke_of(bodies):
    old = Head.objects.get()
    register_organisation(kind="institution", name="Too late", jurisdiction="NO", by=SYSTEM)
    tamper("DELETE FROM ledger_event WHERE entry_id = 14")
    tamper("DELETE FROM ledger_entry WHERE seq = 14")
    tamper("DELETE FROM ledger_node WHERE (index + 1) << level > 13")
    tamper(
        "UPDATE ledger_head SET size = %s, root = %s, frontier = %s, mac = %s",
        [old.size, old.root, old.frontier, old.mac],
    )
    assert [line for line in found() if line.endswith("no entry records it")]


def test_entries_that_changed_places_are_found(bodies):
    tamper("UPDATE ledger_entry SET seq = 1000 WHERE seq = 5")
    tamper("UPDATE ledger_entry SET seq = 5 WHERE seq = 6")
    tamper("UPDATE ledger_entry SET seq = 6 WHERE seq = 1000")
    lines = found()
    assert any("entry 5:" in line for line in lines)
    assert any("entry 6:" in line for line in lines)


def test_an_entry_put_in_is_found(bodies):
    tamper(
        "INSERT INTO ledger_entry SELECT 14, time, verb, body_id, role, object_type, object_id, state, rulebook,"
        " retained_until, commitment, leaf_hash, xact FROM ledger_entry WHERE seq = 13"
    )
    lines = found()
    assert any("entry 14" in line for line in lines)
    assert any("it counts 13 entries" in line for line in lines)


def test_an_event_gone_before_its_time_is_found(bodies):
    tamper("DELETE FROM ledger_event WHERE entry_id = 5")
    assert found() == ["entry 5: the event is gone before its retention ended"]


def test_changed_missing_and_added_nodes_are_found(bodies):
    tamper(r"UPDATE ledger_node SET hash = '\x00' WHERE level = 1 AND index = 0")
    tamper("DELETE FROM ledger_node WHERE level = 1 AND index = 1")
    tamper(r"INSERT INTO ledger_node (level, index, hash) VALUES (9, 9, '\x00'), (10, 0, '\x00')")
    lines = found()
    assert any("node 1/0" in line for line in lines)
    assert any("node 1/1" in line for line in lines)
    assert any(line.startswith("nodes") for line in lines)


def test_a_node_put_in_is_found(bodies):
    tamper(r"INSERT INTO ledger_node (level, index, hash) VALUES (9, 9, '\x00')")
    assert any(line.startswith("nodes") for line in found())


@pytest.mark.parametrize("column", ["root", "mac", "size", "frontier"])
def test_a_changed_head_is_found(bodies, column):
    value = {"root": "'00'", "mac": "'00'", "size": "12", "frontier": "'{}'"}[column]
    tamper(f"UPDATE ledger_head SET {column} = {value}")
    assert any(line.startswith("head") for line in found())


def test_a_head_of_another_key_is_found(bodies, settings):
    head = Head.objects.get()
    settings.LEDGER_KEY = "somebody else's"
    assert any("LEDGER_KEY" in line for line in found())
    assert head.mac != head_mac(head.size, head.root)


def test_a_missing_head_is_found(bodies):
    tamper("DELETE FROM ledger_head")
    assert "head: there are entries, but no head" in found()


def test_a_state_changed_by_sql_is_found(bodies):
    tamper("UPDATE accounts_organisation SET state = 'closed' WHERE id = %s", [bodies[0].pk])
    assert found() == [f"organisation {bodies[0].pk}: is 'closed', the record says 'active'"]


def test_a_row_reopened_by_sql_is_found(bodies):
    tamper("UPDATE accounts_organisation SET state = 'active' WHERE id = %s", [bodies[3].pk])
    assert found() == [f"organisation {bodies[3].pk}: is 'active', the record says 'closed'"]


def test_a_row_deleted_by_sql_is_found(bodies):
    tamper("DELETE FROM accounts_organisation WHERE id = %s", [bodies[0].pk])
    assert found() == [f"organisation {bodies[0].pk}: the record speaks of it, but the row is gone"]


def test_a_row_that_no_deed_made_is_found(bodies):
    tamper(
        "INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website, created_at)"
        " VALUES (gen_random_uuid(), 'active', 'authority', 'False office', 'NO', '', now())"
    )
    (line,) = found()
    assert line.endswith("no entry records it")


def test_the_entry_of_one_noun_does_not_speak_for_another_with_the_same_id(bodies):
    """An institution shares its id with its organisation; each needs its own entry."""
    assert Organisation.objects.filter(pk=bodies[0].pk).exists()
    tamper("UPDATE ledger_entry SET object_type = 'institution' WHERE seq = 1")
    assert f"organisation {bodies[0].pk}: no entry records it" in found()


def test_nothing_of_a_failed_deed_is_in_the_record(bodies):
    with pytest.raises(RuntimeError), deed():
        amend_organisation(organisation=bodies[0], name="Another", website="", by=SYSTEM)
        raise RuntimeError
    assert Entry.objects.count() == 13
    assert Node.objects.count() == sum(13 >> level for level in range(1, 4))
    assert found() == []
