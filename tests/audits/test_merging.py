"""Two incidents that are one: nothing of either is lost, every clock goes on, and it can be taken back."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.urls import reverse

from audits.actions.deadlines import file_deadline
from audits.actions.incident import (
    add_update,
    close_incident,
    contain_incident,
    dismiss_incident,
    mark_duplicate,
    reopen_incident,
    resolve_incident,
    take_back_duplicate,
    triage_incident,
)
from audits.actions.public_report import answer_as_reporter, receive_report, take_up_report
from audits.models import Incident, IncidentDeadline
from audits.queries.incident_family import merged_ids, root_of
from audits.queries.public_report import by_code, in_words
from audits.tasks import watch_incident_deadlines
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories.audits import Stage, qualified, reported_incident
from tests.factories.grants import grant_in_force
from tests.factories.incidents import file
from tests.factories.rulebook import founded_rulebook
from tests.world import client_for


def running(*incidents: Incident) -> set[tuple[str, str]]:
    rows = IncidentDeadline.objects.filter(incident__in=incidents, met_at=None, waived_at=None)
    return {(row.rule, row.step) for row in rows}


def taken_up(stage: Stage, text: str) -> tuple[Incident, str]:
    """An incident that somebody without a name told of, and their code."""
    report, code = receive_report(authority=stage.cast.authority, text=text)
    made = take_up_report(
        report=report, institution=stage.institution, severity="high", kind="leak", title="Told", by=stage.officer
    )
    return made, code


def test_nothing_is_lost_by_a_count_of_all_that_was_there(stage: Stage) -> None:
    (_, first), (_, second), (third, code) = (
        reported_incident(stage),
        reported_incident(stage),
        taken_up(stage, "I saw"),
    )
    said = [f"Word {number}" for number in range(3)]
    for incident, text in zip((first, second, third), said, strict=True):
        add_update(incident=incident, text=text, by=stage.applicant)
    report = file(second.deadlines.get(rule="scheme_severe", step="update"), stage.applicant)
    before = IncidentDeadline.objects.count()
    owed = running(first, second, third)
    mark_duplicate(incident=third, of=second, by=stage.officer)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    # Each row is where it was.
    assert IncidentDeadline.objects.count() >= before
    for incident, text in zip((first, second, third), said, strict=True):
        assert incident.updates.filter(text=text).count() == 1
    # What was owed is owed still, or was filed for one of them.
    met = IncidentDeadline.objects.filter(incident__in=[first, second, third]).exclude(met_at=None)
    assert owed - running(first, second, third) <= {(row.rule, row.step) for row in met}
    # All of it is on the page where work goes on.
    page = client_for(stage.officer).get(reverse("admin:audits_incident_change", args=[first.pk])).content.decode()
    for shown in (*said, second.reference, third.reference):
        assert shown in page
    assert reverse("admin:audits_incident_document", args=[second.pk, report.pk]) in page
    kept = by_code(code)
    assert kept is not None
    assert reverse("admin:audits_publicreport_change", args=[kept.pk]) in page
    # Who told without a name goes on by the same code.
    answer_as_reporter(report=kept, text="One thing more.")
    assert kept.messages.count() == 1
    assert "knew of it already" in str(in_words(kept))
    assert list(verify()) == []


def test_a_chain_ends_where_work_goes_on(stage: Stage) -> None:
    chain = [reported_incident(stage)[1] for _ in range(4)]
    for lower, upper in pairwise(chain):
        mark_duplicate(incident=lower, of=upper, by=stage.officer)
    assert root_of(Incident.objects.get(pk=chain[0].pk)) == chain[-1]
    assert set(merged_ids(chain[-1])) == {incident.pk for incident in chain[:-1]}
    for lower in chain[:-1]:
        with pytest.raises(Refused):
            mark_duplicate(incident=chain[-1], of=lower, by=stage.officer)


def test_the_earliest_awareness_counts(stage: Stage) -> None:
    with clock.at(clock.now() + timedelta(days=1)):
        _, later = reported_incident(stage)
        due = later.deadlines.get(rule="scheme_severe", step="notification").due_at
        _, other = reported_incident(stage)
    Incident.objects.filter(pk=other.pk).update(aware_at=later.aware_at - timedelta(hours=10))
    other.refresh_from_db()
    IncidentDeadline.objects.filter(incident__in=[later, other]).update(met_at=None, met_by=None)
    mark_duplicate(incident=other, of=later, by=stage.officer)
    assert later.deadlines.get(rule="scheme_severe", step="notification").due_at == due - timedelta(hours=10)
    assert list(later.deadlines.values_list("rule", "step").distinct())
    assert not other.deadlines.filter(rule="scheme_severe", met_at=None, waived_at=None).exists()


def of_the_union(stage: Stage) -> tuple[Incident, Incident, object]:
    """One that a law of the Union binds through its release and harm, and one that it does not."""
    made = grant_in_force(made=stage.cast)
    _, bound = reported_incident(stage, line=made.line)
    triage_incident(incident=bound, severity="high", harms=["death"], note="Real.", by=stage.officer)
    _, plain = reported_incident(stage)
    return bound, plain, made.staff


def test_a_law_that_bound_the_duplicate_alone_goes_on_binding(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    bound, plain, staff = of_the_union(stage)
    report = bound.deadlines.get(rule="gpai_code", step="report")
    mark_duplicate(incident=bound, of=plain, by=stage.officer)
    report.refresh_from_db()
    assert report.is_running
    # It is warned of, filed, and what follows from it comes up.
    with clock.at(report.due_at + timedelta(hours=1)):
        watch_incident_deadlines()
        report.refresh_from_db()
        assert report.stage == 2
    row = IncidentDeadline.objects.get(pk=report.pk)
    file(row, staff, sent_at=clock.now())  # type: ignore[arg-type]
    assert ("gpai_code", "update") in running(bound)
    # Its updates end, and the final report begins, when the one where work goes on is resolved.
    triage_incident(incident=plain, severity="high", note="Real.", by=stage.officer)
    contain_incident(incident=plain, how="Off.", by=stage.officer)
    resolve_incident(incident=plain, cause="Haste.", lessons="A vault.", by=stage.officer)
    assert ("gpai_code", "update") not in running(bound)
    assert ("gpai_code", "final") in running(bound)
    reopen_incident(incident=plain, reason="Not yet.", by=stage.officer)
    assert ("gpai_code", "update") in running(bound)


def test_it_is_not_closed_while_a_duplicate_owes_something(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    bound, plain, _staff = of_the_union(stage)
    mark_duplicate(incident=bound, of=plain, by=stage.officer)
    triage_incident(incident=plain, severity="high", note="Real.", by=stage.officer)
    contain_incident(incident=plain, how="Off.", by=stage.officer)
    resolve_incident(incident=plain, cause="Haste.", lessons="A vault.", by=stage.officer)
    while (row := plain.deadlines.filter(met_at=None, waived_at=None).first()) is not None:
        file_deadline(deadline=row, text="So.", by=stage.officer)
    with pytest.raises(Refused) as refused:
        close_incident(incident=plain, by=stage.second_officer)
    assert refused.value.verdict.code == "reports_owed"
    while (row := bound.deadlines.filter(met_at=None, waived_at=None).first()) is not None:
        file_deadline(deadline=row, text="So.", by=stage.officer)
    close_incident(incident=plain, by=stage.second_officer)


def test_what_the_duplicate_filed_was_filed_for_both(stage: Stage) -> None:
    (_, first), (_, second) = reported_incident(stage), reported_incident(stage)
    file(second.deadlines.get(rule="scheme_severe", step="update"), stage.applicant)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    rows = first.deadlines.filter(rule="scheme_severe", step="update", met_at=None, waived_at=None)
    assert [row.occurrence for row in rows] == [2]


def test_it_is_taken_back_with_its_own_clocks(stage: Stage) -> None:
    (_, first), (_, second) = reported_incident(stage), reported_incident(stage)
    was = (running(first), running(second))
    mark_duplicate(incident=second, of=first, by=stage.officer)
    assert running(second) == set()
    take_back_duplicate(incident=second, reason="Another key.", by=stage.officer)
    assert (second.state, second.duplicate_of, second.merged_at) == ("reported", None, None)
    assert (running(first), running(second)) == was
    assert second.updates.get().text == "Another key."
    assert list(verify()) == []


def test_it_is_not_taken_back_once_something_was_filed_for_both(stage: Stage) -> None:
    (_, first), (_, second) = reported_incident(stage), reported_incident(stage)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    file(first.deadlines.get(rule="scheme_severe", step="update"), stage.applicant)
    with pytest.raises(Refused) as refused:
        take_back_duplicate(incident=second, reason="Another key.", by=stage.officer)
    assert refused.value.verdict.code == "filed_since"


def test_an_unfounded_incident_owes_nothing_for_its_duplicates(stage: Stage) -> None:
    (_, first), (_, second) = reported_incident(stage), reported_incident(stage)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    dismiss_incident(incident=first, reason="A test.", by=stage.officer)
    assert running(first, second) == set()


def test_only_the_authority_merges_and_never_across_institutions(stage: Stage) -> None:
    (_, first), (_, second) = reported_incident(stage), reported_incident(stage)
    for by in (stage.applicant, qualified(jurisdiction="SE").officer):
        with pytest.raises(Refused):
            mark_duplicate(incident=second, of=first, by=by)
        with pytest.raises(Refused):
            take_back_duplicate(incident=second, reason="x", by=by)
    _, elsewhere = reported_incident(qualified(jurisdiction="EE"))
    with pytest.raises(Refused):
        mark_duplicate(incident=second, of=elsewhere, by=stage.officer)
    offered = client_for(stage.officer).get(reverse("admin:audits_incident_duplicate", args=[second.pk]))
    assert first.reference in offered.content.decode()
    assert elsewhere.reference not in offered.content.decode()


def test_a_provider_sees_of_the_merged_what_their_markings_let_it(stage: Stage) -> None:
    made = grant_in_force(made=stage.cast)
    _, first = reported_incident(stage, line=made.line)
    _, second = reported_incident(stage)
    add_update(incident=second, text="Between us.", by=stage.applicant)
    mark_duplicate(incident=second, of=first, by=stage.officer)
    page = client_for(made.staff).get(first.get_absolute_url()).content.decode()
    for hidden in (second.reference, "Between us."):
        assert hidden not in page
