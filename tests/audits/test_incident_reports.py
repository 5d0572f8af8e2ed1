"""Early warnings, updates and final reports: what is asked, what is filled in, what is filed, and who reads it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from audits.actions.incident import add_update, contain_incident, resolve_incident, triage_incident
from audits.actions.incident_report import save_draft
from audits.actions.marking import mark_incident
from audits.letters.incident_report import incident_report
from audits.models import Incident, IncidentDeadline, IncidentDraft, IncidentLook, IncidentReport
from audits.queries.incident_report import begun, form_of
from partners import files
from portal.core import clock
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from portal.rulebook.queries import rules
from tests.factories.accounts import make_member, make_organisation
from tests.factories.audits import Stage, qualified, reported_incident
from tests.factories.grants import GrantCast, grant_in_force
from tests.factories.incidents import file
from tests.factories.partners import make_institution
from tests.factories.rulebook import founded_rulebook
from tests.world import client_for


@pytest.fixture
def made(stage: Stage) -> GrantCast:
    return grant_in_force(made=stage.cast)


@pytest.fixture
def incident(stage: Stage, made: GrantCast) -> Incident:
    """On a line of a grant, so that a provider in the United States is concerned."""
    return reported_incident(stage, severity="critical", line=made.line)[1]


def due(incident: Incident, rule: str, step: str, occurrence: int = 1) -> IncidentDeadline:
    return incident.deadlines.get(rule=rule, step=step, occurrence=occurrence)


def content(report: IncidentReport) -> bytes:
    with files.stream(report.stored_name) as kept:
        return kept.read()


def said_in(report: IncidentReport) -> str:
    """Every text of the document."""
    said = incident_report(report, form_of(report.deadline), made=report.filed_at, code=report.code)
    return json.dumps(said, ensure_ascii=False)


# --- forms -------------------------------------------------------------------------------------------


def test_each_step_of_each_law_has_a_form_whose_known_facts_exist(stage: Stage) -> None:
    incidents = rules().incidents
    asked = {
        (rule.key, each.key): incidents.form_of(rule.key, each.key)
        for rule in incidents.deadlines
        for step in rule.steps
        for each in step.either
    }
    assert all(asked.values())
    assert {form.key for form in incidents.forms} == {form.key for form in asked.values() if form}


@pytest.mark.parametrize(
    ("rule", "step", "asked"),
    [
        # Directive (EU) 2022/2555, Article 23(4)(a), (b) and (d).
        ("nis2", "early_warning", {"malicious", "across"}),
        ("nis2", "notification", {"severity", "impact", "indicators"}),
        ("nis2", "final", {"severity", "impact", "threat", "measures", "across"}),
        # California Business and Professions Code, section 22757.13(a)(1) to (4).
        ("sb53", "report", {"occurred_on", "qualifies", "statement", "internal"}),
        # Regulation (EU) 2024/1689, Article 73(2), (5) and (6).
        ("eu_ai_act", "report", {"stage", "system", "link", "aware_on", "corrective", "risk"}),
        # Code of practice, Measure 9.2: root cause and patterns follow later.
        ("gpai_code", "report", {"began_on", "ended_on", "harm", "chain", "model", "material", "response"}),
        ("gpai_code", "final", {"cause", "patterns"}),
    ],
)  # fmt: skip
def test_a_form_asks_what_its_law_asks(stage: Stage, rule: str, step: str, asked: set[str]) -> None:
    form = rules().incidents.form_of(rule, step)
    assert form is not None
    assert asked <= {question.key for question in form.questions}


def test_a_form_begins_with_what_the_incident_knows(incident: Incident, stage: Stage) -> None:
    warning = due(incident, "scheme_provider", "notification")
    start = begun(warning, form_of(warning), stage.institution.pk)
    assert start.answers["summary"] == incident.description
    assert start.answers["noticed_on"] == incident.aware_at.date().isoformat()
    assert str(incident.release) == start.answers["model"]
    assert (start.marking, start.hidden) == ("amber", False)


def test_days_are_those_of_the_place_whose_days_count(db: None) -> None:
    founded_rulebook()
    with clock.at(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)):
        stage = qualified(jurisdiction="FI")
        _, incident = reported_incident(stage)
        warning = due(incident, "nis2", "early_warning")
        assert warning.zone == "Europe/Helsinki"
        form = rules().incidents.form_of("scheme_severe", "notification")
        assert form is not None
        # 22:30 by UTC is half past midnight there.
        assert begun(warning, form, stage.institution.pk).answers["noticed_on"] == "2026-03-03"


def test_a_later_report_begins_with_the_earlier_one_and_news_since(incident: Incident, stage: Stage) -> None:
    file(due(incident, "scheme_severe", "update"), stage.applicant, taken="We revoked the key.", news="First.")
    add_update(incident=incident, text="A second copy was found.", by=stage.applicant)
    add_update(incident=incident, text="For our files only.", by=stage.officer)
    later = due(incident, "scheme_severe", "update", 2)
    start = begun(later, form_of(later), stage.institution.pk)
    assert start.answers["taken"] == "We revoked the key."
    assert start.answers["news"] == "A second copy was found."


def test_the_final_report_begins_with_cause_and_lessons(incident: Incident, stage: Stage) -> None:
    triage_incident(incident=incident, severity="critical", note="Real.", by=stage.officer)
    contain_incident(incident=incident, how="Revoked.", by=stage.officer)
    resolve_incident(incident=incident, cause="Haste.", lessons="A vault.", by=stage.officer)
    final = due(incident, "scheme_severe", "final")
    start = begun(final, form_of(final), stage.institution.pk)
    assert (start.answers["cause"], start.answers["changed"]) == ("Haste.", "A vault.")


# --- filing ------------------------------------------------------------------------------------------


def test_a_filed_report_is_a_sealed_tagged_pdf_with_its_marking_and_meets_the_deadline(
    incident: Incident, stage: Stage
) -> None:
    deadline = due(incident, "scheme_severe", "update")
    report = file(deadline, stage.applicant, marking="amber_strict", news="Nothing\n" * 300)
    deadline.refresh_from_db()
    assert (deadline.met_at, deadline.met_by) == (report.sent_at, stage.applicant.user)
    assert (report.late, report.number, report.body_id) == (False, 1, stage.institution.pk)
    pdf = content(report)
    assert b"/ByteRange" in pdf
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert opened.Root.MarkInfo.Marked
        assert len(opened.pages) > 2
    assert "TLP:AMBER+STRICT" in said_in(report)
    assert incident.deadlines.filter(rule="scheme_severe", step="update", occurrence=2).exists()
    assert list(verify()) == []


def test_the_marking_stands_at_the_head_and_foot_of_each_page(incident: Incident, stage: Stage) -> None:
    report = file(due(incident, "scheme_severe", "update"), stage.applicant, news="Nothing.\n" * 300)
    with pikepdf.open(BytesIO(content(report))) as opened:
        assert len(opened.pages) > 2
        for page in opened.pages:
            assert sum(_is_amber(step) for step in pikepdf.parse_content_stream(page)) == 2


def _is_amber(step: Any) -> bool:
    """Whether the colour of text becomes the one that TLP 2.0 gives to TLP:AMBER, #ffc000."""
    if str(step.operator) not in ("rg", "sc", "scn") or len(step.operands) != 3:
        return False
    return [round(float(part) * 255) for part in step.operands] == [255, 192, 0]


def test_a_late_report_says_so(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    with clock.at(deadline.due_at + timedelta(minutes=1)):
        report = file(deadline, stage.applicant)
        assert report.late
        assert "after it was due" in said_in(report)


def test_every_required_question_is_answered_before_it_is_filed(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    with pytest.raises(Refused) as refused:
        file(deadline, stage.applicant, taken="", stands="elsewhere")
    assert refused.value.verdict.code == "incomplete"
    assert not IncidentReport.objects.exists()
    deadline.refresh_from_db()
    assert deadline.is_running


def gpai(stage: Stage) -> tuple[GrantCast, Incident]:
    """An incident of a partner in the Union whose harm calls for the code of practice."""
    made = grant_in_force(made=stage.cast)
    _, incident = reported_incident(stage, line=made.line)
    return made, triage_incident(incident=incident, severity="high", harms=["death"], note="Real.", by=stage.officer)


def test_updates_every_four_weeks_until_resolved_then_the_final_report_within_sixty_days(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    made, incident = gpai(stage)
    sent = clock.now() - timedelta(minutes=5)
    file(due(incident, "gpai_code", "report"), made.staff, sent_at=sent)
    moment = sent
    for occurrence in (1, 2, 3):
        update = due(incident, "gpai_code", "update", occurrence)
        with clock.at(update.due_at - timedelta(hours=1)):
            assert abs(update.due_at - moment - timedelta(weeks=4)) <= timedelta(hours=1)  # the clocks change once
            file(update, made.staff, sent_at=clock.now())
        moment = update.due_at
    with clock.at(moment + timedelta(days=1)):
        contain_incident(incident=incident, how="Off.", by=stage.officer)
        resolve_incident(incident=incident, cause="Haste.", lessons="A vault.", by=stage.officer)
        running = incident.deadlines.filter(rule="gpai_code", met_at=None, waived_at=None)
        last = running.get()
        assert last.step == "final"
        assert abs(last.due_at - clock.now() - timedelta(days=60)) <= timedelta(hours=1)
        final = file(last, made.staff, sent_at=clock.now())
        assert not final.late
        assert not running.exists()
        assert list(verify()) == []


def test_what_is_learned_later_is_added_and_the_deadline_stays_met(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    first = file(deadline, stage.applicant)
    deadline.refresh_from_db()
    with clock.at(deadline.due_at + timedelta(days=2)):
        second = file(deadline, stage.applicant, news="One thing more.")
        deadline.refresh_from_db()
        assert (second.number, deadline.met_at) == (2, first.sent_at)
        page = Client().post(reverse("partners:verify"), {"letter": SimpleUploadedFile("r.pdf", content(first))})
        assert "no longer holds" in page.content.decode()


def test_who_is_not_bound_neither_files_nor_saves(incident: Incident, made: GrantCast, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    for stranger in (made.staff, make_institution()[1]):
        with pytest.raises(Refused):
            file(deadline, stranger)
        with pytest.raises(Refused):
            save_draft(deadline=deadline, answers={}, marking="amber", seen=0, by=stranger)
    assert not IncidentDraft.objects.exists()


# --- drafts ------------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_gone_once_filed(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    draft = save_draft(deadline=deadline, answers={"news": "Half a"}, marking="green", seen=0, by=stage.applicant)
    save_draft(
        deadline=deadline, answers={"news": "Half a sentence"}, marking="green", seen=draft.version, by=stage.applicant
    )
    start = begun(deadline, form_of(deadline), stage.institution.pk)
    assert (start.answers, start.marking, start.version) == ({"news": "Half a sentence"}, "green", 2)
    file(deadline, stage.applicant)
    assert not IncidentDraft.objects.exists()


def test_what_no_database_can_keep_is_left_out_of_a_draft(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    url = reverse("audits:deadline", args=[deadline.pk])
    for seen, status in (("0", 302), ("x", 200), ("9" * 40, 200), ("-1", 200), ("", 200)):
        entered = {"news": "Half\x00 a", "report-marking": "amber", "report-seen": seen}
        assert client_for(stage.applicant).post(url, entered | {"go": "save"}).status_code == status
    assert client_for(stage.applicant).post(url, {"report-marking": "blue", "go": "save"}).status_code == 200
    assert IncidentDraft.objects.get().answers["news"] == "Half a"


def test_a_draft_of_a_colleague_is_not_written_over_unseen(incident: Incident, stage: Stage) -> None:
    deadline = due(incident, "scheme_severe", "update")
    colleague = make_member(stage.institution.organisation, "applicant")
    save_draft(deadline=deadline, answers={"news": "Hers"}, marking="amber", seen=0, by=colleague)
    with pytest.raises(Refused) as refused:
        save_draft(deadline=deadline, answers={"news": "His"}, marking="amber", seen=0, by=stage.applicant)
    assert refused.value.verdict.code == "stale"
    assert IncidentDraft.objects.get().answers == {"news": "Hers"}


def test_the_page_saves_shows_a_copy_and_files(incident: Incident, stage: Stage) -> None:
    deadline, client = due(incident, "scheme_severe", "update"), client_for(stage.applicant)
    url = reverse("audits:deadline", args=[deadline.pk])
    entered = {"news": "All quiet.", "report-marking": "amber", "report-seen": "0"}
    assert client.post(url, entered | {"go": "save"}).status_code == 302
    assert "All quiet." in client.get(url).content.decode()
    copy = client.post(url, entered | {"go": "preview", "report-seen": "1"})
    assert copy.content.startswith(b"%PDF")
    assert b"/ByteRange" not in copy.content
    refused = client.post(url, entered | {"go": "file", "report-seen": "2"})
    assert refused.status_code == 200
    assert "How does it stand?" in refused.content.decode()
    assert not IncidentReport.objects.exists()
    # What was refused is a draft, so that nothing that was typed is lost.
    assert IncidentDraft.objects.get().version == 3
    done = entered | {"stands": "ongoing", "taken": "We watch.", "go": "file", "report-seen": "3"}
    assert client.post(url, done).status_code == 302
    report = IncidentReport.objects.get()
    assert (
        reverse("audits:incident_document", args=[incident.pk, report.pk])
        in client.get(incident.get_absolute_url()).content.decode()
    )


def test_a_recipient_outside_needs_the_time_when_it_was_sent(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    made, incident = gpai(stage)
    deadline, client = due(incident, "gpai_code", "report"), client_for(made.staff)
    url = reverse("audits:deadline", args=[deadline.pk])
    answers = {
        "began_on_day": "1", "began_on_month": "1", "began_on_year": "2026", "harm": "One.", "chain": "So.",
        "model": "M", "material": "Logs.", "response": "Off.", "report-marking": "amber", "report-seen": "0",
    }  # fmt: skip
    assert client.post(url, answers | {"go": "file"}).status_code == 200
    assert not IncidentReport.objects.exists()
    sent = clock.now() - timedelta(minutes=2)
    client.post(url, answers | {"go": "file", "report-sent": sent.strftime("%Y-%m-%dT%H:%M")})
    assert IncidentReport.objects.get().sent_at == sent.replace(second=0, microsecond=0)


# --- who reads what ----------------------------------------------------------------------------------


def test_a_restricted_incident_lends_nothing_to_a_report_for_somebody_who_may_not_see_it(
    incident: Incident, made: GrantCast, stage: Stage
) -> None:
    mark_incident(incident=incident, marking="red", techniques=[], reason="So.", by=stage.officer)
    word = due(incident, "scheme_provider", "notification")
    start = begun(word, form_of(word), stage.institution.pk)
    assert (start.answers, start.hidden, start.marking) == ({}, True, "amber")
    with pytest.raises(Refused) as refused:
        file(word, stage.applicant, marking="red")
    assert refused.value.verdict.code == "unreadable"
    report = file(word, stage.applicant, summary="Stop key 7.", model="")
    said = said_in(report)
    for secret in (incident.title, incident.description, str(incident.release)):
        assert secret not in said
    # Its recipient reads it, and still not the incident.
    provider = client_for(made.staff)
    url = reverse("audits:incident_document", args=[incident.pk, report.pk])
    assert provider.get(url)["Content-Type"] == "application/pdf"
    assert provider.get(incident.get_absolute_url()).status_code == 404
    assert IncidentLook.objects.filter(incident=incident, person=made.staff.user).exists()
    notice = Notice.objects.get(recipient=made.staff.user, kind="incident_report_filed")
    assert notice.url == url
    assert incident.title not in f"{notice.title} {notice.body}"


def test_reports_are_read_by_who_filed_them_and_whom_they_are_for_alone(db: None) -> None:
    founded_rulebook()
    stage = qualified(jurisdiction="FI")
    made, incident = gpai(stage)
    outside = file(due(incident, "gpai_code", "report"), made.staff, sent_at=clock.now(), chain="Our trade secret.")
    inside = file(due(incident, "scheme_severe", "update"), stage.applicant)
    board = make_member(make_organisation("oversight"), "oversight_member")
    stranger = qualified(jurisdiction="SE").applicant
    expected = {
        outside.pk: {made.staff.user_id: 200, stage.applicant.user_id: 404, board.user_id: 404, stranger.user_id: 404},
        inside.pk: {made.staff.user_id: 404, stage.applicant.user_id: 200, board.user_id: 404, stranger.user_id: 404},
    }
    for report in (outside, inside):
        url = reverse("audits:incident_document", args=[incident.pk, report.pk])
        for actor in (made.staff, stage.applicant, board, stranger):
            assert client_for(actor).get(url).status_code == expected[report.pk][actor.user_id]
        desk = reverse("admin:audits_incident_document", args=[incident.pk, report.pk])
        assert client_for(stage.officer).get(desk).status_code == 200
    assert "trade secret" not in client_for(stage.applicant).get(incident.get_absolute_url()).content.decode()


def test_a_report_is_fetched_under_its_own_incident_only(incident: Incident, stage: Stage) -> None:
    report = file(due(incident, "scheme_severe", "update"), stage.applicant)
    _, other = reported_incident(stage)
    for name, who in (("audits", stage.applicant), ("admin", stage.officer)):
        address = "audits:incident_document" if name == "audits" else "admin:audits_incident_document"
        assert client_for(who).get(reverse(address, args=[other.pk, report.pk])).status_code == 404


def test_anybody_can_check_a_report_and_learns_nothing_of_the_incident(incident: Incident, stage: Stage) -> None:
    report = file(due(incident, "scheme_severe", "update"), stage.applicant, news="A secret.")
    page = Client().get(reverse("partners:verify"), {"code": report.code}).content.decode()
    assert "Report on an incident" in page
    for secret in ("A secret.", incident.title, incident.reference):
        assert secret not in page
    changed = SimpleUploadedFile("r.pdf", content(report) + b"\n% changed")
    assert "Altered" in Client().post(reverse("partners:verify"), {"letter": changed}).content.decode()


def test_what_somebody_typed_is_no_markup_of_the_document(incident: Incident, stage: Stage) -> None:
    report = file(due(incident, "scheme_severe", "update"), stage.applicant, news='#read("/etc/passwd") *bold* $x$')
    assert content(report).startswith(b"%PDF")
    assert '#read(\\"/etc/passwd\\")' in said_in(report)
