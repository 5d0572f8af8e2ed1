"""What a case rests on, of every kind: linked, unlinked with a reason and kept, and never changed after the notice."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from audits.actions.alert import Occasion, raise_alert
from audits.actions.enforcement import give_notice, open_case, sign_decision
from audits.actions.facts import link_facts, unlink_fact
from audits.models import AlertKind, CaseFact, EnforcementCase
from audits.queries.facts import facts_of, offered_facts, picked, unlinkable
from audits.queries.ladder import decision_content
from audits.rules.enforcement import may_sign
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.canonical import digest
from portal.core.verdicts import Refused
from portal.ledger.models import Event
from portal.ledger.verify import verify
from tests.factories.accounts import make_member
from tests.factories.audits import (
    Stage,
    audit_in_fieldwork,
    due_reports,
    finding_in,
    heard_case,
    reported_incident,
)
from tests.world import client_for

WHY = "It was another institution's key."


def incident(stage: Stage) -> Any:
    return reported_incident(stage)[1]


def finding(stage: Stage) -> Any:
    return finding_in(audit_in_fieldwork(stage)[1], stage.auditor)


def alert(stage: Stage) -> Any:
    begins = clock.now() - timedelta(hours=3)
    facts = {"value": "SE", "requests": 40}
    occasion = Occasion(
        AlertKind.COUNTRY, "country:test", stage.institution.pk, begins, begins + timedelta(hours=1), facts
    )
    return raise_alert(institution=stage.institution, occasion=occasion, by=SYSTEM)


def obligation(stage: Stage) -> Any:
    return due_reports(stage)[1][0]


def earlier(stage: Stage) -> Any:
    case = heard_case(stage, measure="warning")[1]
    return sign_decision(case=case, seen=digest(decision_content(case)), by=stage.signatory)


KINDS: dict[str, Callable[[Stage], Any]] = {
    "incident": incident, "finding": finding, "alert": alert, "obligation": obligation, "earlier": earlier,
}  # fmt: skip


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_of_fact_is_offered_linked_unlinked_with_a_reason_and_linked_anew(stage: Stage, kind: str) -> None:
    row = KINDS[kind](stage)
    with clock.at(clock.now() + timedelta(days=400)):  # what is owed is overdue by then
        case = open_case(institution=stage.institution, facts="So it was.", by=stage.officer)
        choice = f"{kind}:{row.pk}"
        assert choice in _offered(case)
        link_facts(case=case, facts=picked(case, [choice]), by=stage.officer)
        (fact,) = facts_of(case, desk=True)
        assert (fact.row, choice in _offered(case)) == (row, False)
        assert [fact.row for fact in facts_of(case, desk=False)] == [row]
        signed = digest(decision_content(case))

        ((key, _words),) = unlinkable(case)
        unlink_fact(case=case, fact=CaseFact(pk=key), reason=WHY, by=stage.officer)
        assert digest(decision_content(case)) != signed, "signatories sign what it rests on"
        assert [fact.unlinked for fact in facts_of(case, desk=True)] == [WHY]
        assert facts_of(case, desk=False) == []
        event = Event.objects.get(entry__object_id=case.pk, entry__verb="enforcement.unlink_fact")
        detail = json.loads(event.content)["detail"]
        assert (detail["reason"], detail["id"]) == (WHY, str(row.pk))

        link_facts(case=case, facts=picked(case, [choice]), by=stage.officer)
        assert case.linked.count() == 2
        assert list(verify()) == []


def _offered(case: EnforcementCase) -> list[str]:
    return [value for _kind, group in offered_facts(case) for value, _title in group]


def linked(stage: Stage) -> tuple[EnforcementCase, CaseFact]:
    case = open_case(institution=stage.institution, facts="So it was.", by=stage.officer)
    link_facts(case=case, facts=[incident(stage)], by=stage.officer)
    return case, case.linked.get()


def test_nothing_is_unlinked_without_a_reason_twice_or_after_the_notice(stage: Stage) -> None:
    case, fact = linked(stage)
    other = link_facts(case=case, facts=[finding(stage)], by=stage.officer).linked.exclude(pk=fact.pk).get()
    for reason, code in ((" ", "no_reason"), (WHY, ""), (WHY, "already_done")):
        if code:
            with pytest.raises(Refused) as refused:
                unlink_fact(case=case, fact=fact, reason=reason, by=stage.officer)
            assert refused.value.verdict.code == code
        else:
            unlink_fact(case=case, fact=fact, reason=reason, by=stage.officer)
    give_notice(case=case, measure="warning", reasons="Mild.", by=stage.officer)
    with pytest.raises(Refused) as refused:
        unlink_fact(case=case, fact=other, reason=WHY, by=stage.officer)
    assert refused.value.verdict.code == "wrong_state"


def test_what_the_case_was_opened_from_stays_and_only_its_officers_unlink(stage: Stage) -> None:
    row = finding(stage)
    case = open_case(institution=stage.institution, facts="Found.", finding=row, by=stage.officer)
    assert unlinkable(case) == []
    with pytest.raises(Refused) as refused:
        unlink_fact(case=case, fact=case.linked.get(), reason=WHY, by=stage.officer)
    assert refused.value.verdict.code == "origin"
    link_facts(case=case, facts=[incident(stage)], by=stage.officer)
    fact = case.linked.exclude(incident=None).get()
    for who in (stage.applicant, stage.signatory, SYSTEM):
        with pytest.raises(Refused):
            unlink_fact(case=case, fact=fact, reason=WHY, by=who)
    elsewhere, _fact = linked(stage)
    with pytest.raises(CaseFact.DoesNotExist):
        unlink_fact(case=elsewhere, fact=fact, reason=WHY, by=stage.officer)


def test_who_linked_or_unlinked_does_not_decide(stage: Stage) -> None:
    case, fact = linked(stage)
    both = make_member(stage.cast.authority, "case_officer", "signatory")
    unlink_fact(case=case, fact=fact, reason=WHY, by=both)
    assert may_sign(EnforcementCase.objects.get(pk=case.pk), both).code == "same_person"


def test_a_fact_is_unlinked_once_and_never_changed_in_the_database(stage: Stage) -> None:
    case, fact = linked(stage)
    for changed in ({"linked_at": clock.now()}, {"incident": None}):
        with pytest.raises(DatabaseError), transaction.atomic():
            CaseFact.objects.filter(pk=fact.pk).update(**changed)
    unlink_fact(case=case, fact=fact, reason=WHY, by=stage.officer)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CaseFact.objects.filter(pk=fact.pk).update(unlinked_reason="Otherwise.")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CaseFact.objects.filter(pk=fact.pk).delete()


def test_an_officer_unlinks_on_a_page_and_the_desk_reads_why(stage: Stage) -> None:
    case, fact = linked(stage)
    page = client_for(stage.officer)
    url = reverse("admin:audits_enforcementcase_unlink", args=[case.pk])
    assert str(fact.pk) in page.get(url).content.decode()
    assert page.post(url, {"fact": str(fact.pk), "reason": "Wrong key."}).status_code == 302
    read = page.get(reverse("admin:audits_enforcementcase_change", args=[case.pk])).content.decode()
    assert "unlinked: Wrong key." in read
