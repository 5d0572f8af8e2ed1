"""Nobody audits a body that they advised, assessed or belong to: enforced in the deeds, whatever the page offers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audits.actions.audit import assign_auditor, begin_audit, notify_audit
from audits.queries.independence import independent_auditors
from partners.models import Application, ConflictDeclaration, Person
from portal.accounts import assign
from portal.accounts.actions.membership import change_roles
from portal.accounts.models import Membership, User
from portal.core import clock
from portal.core.verdicts import Refused
from tests.factories import people
from tests.factories.accounts import make_member
from tests.factories.audits import Stage, begun_now, draw_time, planned_audit


def reviewer(stage: Stage) -> User:
    """They assessed the case."""
    membership = Membership.objects.get(user=stage.cast.reviewer.user, organisation=stage.cast.authority)
    administrator = make_member(stage.cast.authority, "administrator")
    change_roles(membership=membership, roles=[*membership.roles, "auditor"], by=administrator)
    return stage.cast.reviewer.user


def member(stage: Stage) -> User:
    """They belong to the institution."""
    return make_member(stage.institution.organisation, "applicant", user=fresh(stage)).user


def named(stage: Stage) -> User:
    """The institution named them as one of its people."""
    user = fresh(stage)
    person = people.named(stage.institution, stage.applicant)
    Person.objects.filter(pk=person.pk).update(user=user)
    return user


def in_conflict(stage: Stage) -> User:
    """They declared a conflict of interest, and did nothing else."""
    user, application = fresh(stage), Application.objects.get(institution=stage.institution)
    ConflictDeclaration.objects.create(
        application=application, by=user, body=stage.cast.authority, conflict=True, detail="My sister works there."
    )
    return user


def asked_to_review(stage: Stage) -> User:
    """They are assigned as a reviewer and have not begun."""
    user, application = fresh(stage), Application.objects.get(institution=stage.institution)
    assign.assign("review_application", user, application)
    return user


def fresh(stage: Stage) -> User:
    return make_member(stage.cast.authority, "auditor").user


TIES = (reviewer, member, named, in_conflict, asked_to_review)


@pytest.mark.parametrize("tied", TIES, ids=lambda tied: tied.__name__)
def test_whoever_is_tied_is_neither_offered_nor_assigned(stage: Stage, tied: Callable[[Stage], User]) -> None:
    _, audit = planned_audit(stage)
    user = tied(stage)
    offered = independent_auditors(authority_id=audit.authority_id, institution_id=audit.institution_id)
    assert user not in offered
    assert stage.auditor.user in offered
    with pytest.raises(Refused) as refused:
        assign_auditor(audit=audit, auditor=user, by=stage.officer)
    assert refused.value.verdict.code == "not_independent"
    assert not audit.assigned_ids


@pytest.mark.parametrize("tied", [member, named, in_conflict, asked_to_review], ids=lambda tied: tied.__name__)
def test_tie_that_came_after_the_assignment_keeps_them_from_beginning(
    stage: Stage, tied: Callable[[Stage], User], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, audit = planned_audit(stage)
    monkeypatch.setitem(globals(), "fresh", lambda stage: stage.auditor.user)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    tied(stage)
    with pytest.raises(Refused) as refused:
        begun_now(audit, officer=stage.officer, auditor=stage.auditor)
    assert refused.value.verdict.code == "not_independent"
    with clock.at(draw_time(audit)), pytest.raises(Refused):
        begin_audit(audit=audit, by=stage.auditor)
    audit.refresh_from_db()
    assert audit.began_at is None
