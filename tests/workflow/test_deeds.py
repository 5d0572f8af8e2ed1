"""Deeds under fire: one wins, the other gets a reason; what fails half-way leaves nothing."""

import threading
from contextlib import suppress

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from portal.accounts.actions.membership import join_organisation
from portal.accounts.actions.organisation import amend_organisation, close_organisation, register_organisation
from portal.accounts.models import Membership, Organisation
from portal.core.actors import ANONYMOUS, SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Counter, Entry, Event
from portal.ledger.verify import verify
from portal.notifications.models import Message, Notice
from portal.notifications.notify import NoticeKind, notify
from portal.workflow import StateIsNotYours, as_one, can, create, deed, lock, move, record
from tests.factories.accounts import make_organisation, make_user

pytestmark = pytest.mark.django_db

ADMIN = Actor(kind="person", roles=frozenset({"system_administrator"}), name="An administrator")
TOLD = NoticeKind("told", "Closed", "It is closed.", "Look")


def close(organisation, by=ADMIN):
    return close_organisation(organisation=organisation, reason="it ended", by=by)


# --- what a deed writes ---
def test_a_deed_writes_the_row_its_entry_and_its_event_together():
    body = make_organisation()
    close(body)
    body.refresh_from_db()
    entry = Entry.objects.latest("seq")
    assert (body.state, entry.verb, entry.state, entry.object_id) == (
        "closed",
        "organisation.close",
        "closed",
        body.pk,
    )
    assert entry.role == "system_administrator"
    assert '"reason":"it ended"' in Event.objects.get(pk=entry.pk).content
    assert list(verify()) == []


def test_a_deed_that_keeps_the_state_is_recorded_too():
    body = make_organisation()
    amend_organisation(organisation=body, name="  New   name ", website="", by=SYSTEM)
    assert Entry.objects.latest("seq").verb == "organisation.amend"
    body.refresh_from_db()
    assert (body.state, body.name) == ("active", "New name")


# --- refusals ---
def test_a_wrong_role_is_refused_with_the_roles_that_may():
    body = make_organisation()
    for actor in (ANONYMOUS, SYSTEM, Actor(kind="person", roles=frozenset({"signatory"}))):
        verdict = can(body, "close", actor)
        assert (bool(verdict), verdict.code) == (False, "wrong_role")
        with pytest.raises(Refused):
            close(body, by=actor)
    assert Organisation.objects.get(pk=body.pk).state == "active"


def test_a_wrong_state_is_refused_and_says_which():
    body = close(make_organisation())
    with pytest.raises(Refused, match="Closed") as raised:
        close(body)
    assert raised.value.verdict.code == "wrong_state"


def test_a_guard_refuses_with_its_own_reason():
    from portal.accounts.models import Invitation

    body = make_organisation()
    stranger = Actor(kind="person", roles=frozenset({"administrator"}), body_id=make_organisation().pk)
    with pytest.raises(Refused) as raised, deed():
        create(Invitation(organisation=body, email="a@example.org", roles=["applicant"]), "send", by=stranger)
    assert raised.value.verdict.code == "other_body"


def test_a_stale_object_is_judged_by_what_the_database_holds():
    stale = Organisation.objects.get(pk=(body := make_organisation()).pk)
    close(body)
    assert stale.state == "active"
    with pytest.raises(Refused):
        close(stale)
    assert stale.state == "closed"


def test_a_deed_that_the_table_does_not_know_does_not_exist():
    body = make_organisation()
    with deed():
        with pytest.raises(KeyError):
            move(body, "explode", by=ADMIN)
        with pytest.raises(TypeError):
            move(body, "register", by=ADMIN)
        with pytest.raises(TypeError):
            record(body, "close", by=ADMIN)
        with pytest.raises(TypeError):
            create(Organisation(), "close", by=ADMIN)


def test_outside_a_deed_nothing_moves():
    body = make_organisation()
    for call in (
        lambda: move(body, "close", by=ADMIN),
        lambda: record(body, "amend", by=SYSTEM),
        lambda: create(Organisation(), "register", by=SYSTEM),
    ):
        with pytest.raises(TypeError):
            call()


# --- half-way ---
def test_a_deed_that_fails_half_way_leaves_nothing_not_even_a_notice_or_a_number():
    body, user = make_organisation(), make_user()
    entries = Entry.objects.count()
    with pytest.raises(ZeroDivisionError), deed():
        next_reference("A")
        close(body)
        register_organisation(kind="authority", name="Half made", jurisdiction="NO", by=SYSTEM)
        notify(TOLD, to=[user], context={}, url="/", key="1")
        raise ZeroDivisionError
    assert Organisation.objects.get(pk=body.pk).state == "active"
    assert not Organisation.objects.filter(name="Half made").exists()
    assert not Counter.objects.exists()
    assert not Notice.objects.exists()
    assert not Message.objects.exists()
    assert Entry.objects.count() == entries
    assert list(verify()) == []


def test_an_inner_deed_that_is_refused_leaves_the_outer_one_whole():
    first, second, user = make_organisation(), close(make_organisation()), make_user()
    entries = Entry.objects.count()
    with deed():
        close(first)
        with suppress(Refused), deed():
            amend_organisation(organisation=first, name="Never", website="", by=SYSTEM)  # closed: refused
        with suppress(Refused), deed():
            notify(TOLD, to=[user], context={}, url="/", key="1")
            join_organisation(user=user, organisation=first, roles=["applicant"], by=SYSTEM)
            close(second)
    assert Organisation.objects.get(pk=first.pk).state == "closed"
    assert not Membership.objects.exists()
    assert not Notice.objects.exists()
    assert Entry.objects.count() == entries + 1
    assert list(verify()) == []


def test_deeds_as_one_make_no_savepoint_and_fall_together():
    first, second = make_organisation(), make_organisation()
    with CaptureQueriesContext(connection) as asked, deed(), as_one():
        close(first)
    assert not [query["sql"] for query in asked if "SAVEPOINT" in query["sql"]][2:], "only that of the test itself"
    entries = Entry.objects.count()
    with pytest.raises(transaction.TransactionManagementError), deed(), as_one():
        close(second)
        with suppress(Refused):
            close(first)  # closed: refused
        Organisation.objects.count()  # goes on all the same
    assert Organisation.objects.get(pk=second.pk).state == "active"
    assert Entry.objects.count() == entries
    with deed():
        with suppress(Refused), deed(), as_one():
            close(second)
            close(first)
        amend_organisation(organisation=second, name="Goes on", website="", by=SYSTEM)
    assert (Organisation.objects.get(pk=second.pk).state, second.name) == ("active", "Goes on")
    assert list(verify()) == []


def test_a_deed_inside_another_transaction_is_a_mistake():
    """Its entries would be written before the others' locks are gone; deeds are the outermost transaction."""
    with pytest.raises(RuntimeError), transaction.atomic(), transaction.atomic():
        make_organisation()


# --- side doors in Python ---
def test_python_refuses_every_direct_change_of_a_state():
    body = make_organisation()
    attempts = [
        lambda: _saved(body, state="closed"),
        lambda: Organisation.objects.filter(pk=body.pk).update(state="closed"),
        lambda: Organisation.objects.bulk_update([body], ["state"]),
        lambda: Organisation.objects.bulk_create([Organisation(kind="institution", name="x", jurisdiction="NO")]),
        lambda: Organisation.objects.create(kind="institution", name="x", jurisdiction="NO", state="active"),
        lambda: Organisation.objects.create(kind="institution", name="x", jurisdiction="NO"),
        lambda: Organisation.objects.update_or_create(pk=body.pk, defaults={"state": "closed"}),
        lambda: Organisation.objects.get_or_create(name="x", defaults={"kind": "institution", "state": "active"}),
        lambda: Organisation.objects.filter(pk=body.pk).delete(),
        body.delete,
    ]
    for attempt in attempts:
        body.refresh_from_db()
        with pytest.raises(StateIsNotYours):
            attempt()
    assert Organisation.objects.get().state == "active"


def _saved(body, **values):
    for name, value in values.items():
        setattr(body, name, value)
    body.save()


def test_a_state_loaded_late_is_still_guarded():
    body = Organisation.objects.defer("state").get(pk=make_organisation().pk)
    body.state = "closed"
    with pytest.raises(StateIsNotYours):
        body.save()


def test_other_fields_can_be_saved():
    body = make_organisation()
    body.website = "https://institute.example"
    body.save()
    assert Organisation.objects.get().website == "https://institute.example"


# --- side doors in SQL ---
SQL = {
    "a state that has no move": "UPDATE accounts_organisation SET state = 'dissolved'",
    "a deletion": "DELETE FROM accounts_organisation",
    "all of it": "TRUNCATE accounts_organisation CASCADE",
    "a beginning that is none": "INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website,"
    " created_at) VALUES (gen_random_uuid(), 'closed', 'authority', 'x', 'NO', '', now())",
}


@pytest.mark.parametrize("what", SQL)
def test_the_database_refuses(what):
    make_organisation()
    with pytest.raises(DatabaseError, match=r"lifecycle|append-only"), transaction.atomic():
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run(SQL[what])


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE accounts_organisation SET state = 'closed'",
        """INSERT INTO accounts_organisation (id, state, kind, name, jurisdiction, website, created_at)
        VALUES (gen_random_uuid(), 'active', 'authority', 'x', 'NO', '', now())""",
    ],
)
def test_the_database_refuses_a_move_that_no_entry_records(sql):
    """Even one that the table allows: at the commit, the entry must be there, of this very transaction."""
    make_organisation()
    with pytest.raises(DatabaseError, match="not in the record"):
        run(sql)
    assert [body.state for body in Organisation.objects.all()] == ["active"]


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_states_do_not_go_back():
    close(make_organisation())
    with pytest.raises(DatabaseError, match="cannot go from closed to active"), transaction.atomic():
        run("UPDATE accounts_organisation SET state = 'active'")


# --- at once ---
def at_once(*works):
    """Run each in its own thread, beginning together; returns what each raised, or None."""
    start = threading.Barrier(len(works))
    ends: list[Exception | None] = [None] * len(works)

    def run_one(place, work):
        try:
            start.wait()
            work()
        except Exception as error:  # noqa: BLE001 -- looked at by the test
            ends[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run_one, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


@pytest.mark.django_db(transaction=True)
def test_two_deeds_on_one_object_at_once_one_wins_and_the_other_gets_a_reason():
    body = make_organisation()
    copies = [Organisation.objects.get(pk=body.pk) for _turn in range(6)]
    ends = at_once(*(lambda copy=copy: close(copy) for copy in copies))
    assert ends.count(None) == 1
    for error in filter(None, ends):
        assert isinstance(error, Refused)
        assert "Closed" in str(error.verdict.reason)
    assert Entry.objects.filter(verb="organisation.close").count() == 1
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_two_that_would_make_the_same_thing_one_wins_and_the_other_gets_a_reason():
    body, user = make_organisation(), make_user()

    def join():
        join_organisation(user=user, organisation=body, roles=["applicant"], by=SYSTEM)

    ends = at_once(join, join, join)
    assert ends.count(None) == 1
    assert all(isinstance(error, Refused) for error in filter(None, ends))
    assert Membership.objects.count() == 1
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_two_that_both_looked_before_one_is_first_and_the_other_gets_a_reason():
    """The name is free when both look; the database lets one of them have it."""

    def register():
        register_organisation(kind="institution", name="One name", jurisdiction="NO", by=SYSTEM)

    ends = at_once(register, register, register, register)
    assert ends.count(None) == 1
    assert all(isinstance(error, Conflict | ValidationError) for error in filter(None, ends))
    assert Organisation.objects.count() == 1
    assert list(verify()) == []


@pytest.mark.django_db
def test_a_broken_constraint_that_is_no_race_stays_an_error():
    with pytest.raises(IntegrityError, match="organisation_kind"), deed():
        create(Organisation(kind="guild", name="x", jurisdiction="NO"), "register", by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_becomes_a_conflict_with_a_reason():
    first, second = make_organisation(), make_organisation()
    both_hold_one = threading.Barrier(2)

    def crossed(mine, other):
        with deed():
            lock(Organisation.objects.get(pk=mine.pk))
            both_hold_one.wait(20)
            amend_organisation(
                organisation=Organisation.objects.get(pk=other.pk), name=f"By {mine.name}", website="", by=SYSTEM
            )

    ends = at_once(lambda: crossed(first, second), lambda: crossed(second, first))
    assert ends.count(None) == 1
    (lost,) = filter(None, ends)
    assert isinstance(lost, Conflict)
    assert "retry" in str(lost.verdict.reason)
    assert Entry.objects.filter(verb="organisation.amend").count() == 1
    assert list(verify()) == []


@pytest.mark.django_db(transaction=True)
def test_many_deeds_at_once_leave_a_record_without_gap():
    def register(number):
        for turn in range(10):
            register_organisation(kind="institution", name=f"{number}-{turn}", jurisdiction="NO", by=SYSTEM)

    ends = at_once(*(lambda number=number: register(number) for number in range(6)))
    assert ends == [None] * 6
    assert list(Entry.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 61))
    assert list(verify()) == []
