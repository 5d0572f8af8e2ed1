"""Every page of the app costs as many queries with many parts as with one, whoever opens it.

Lists are opened with more and more rows. The page of one thing, and the pages of its deeds, are opened wherever
the thing stands in its life (tests/audits/views/lives.py), in a life of few parts and in one of many.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve

from audits.actions.appeal import lodge_appeal
from audits.actions.enforcement import drop_case, open_case
from audits.models import Catalogue
from grants.actions.hold import place_hold
from portal.core import clock
from portal.core.actors import Actor
from tests.audits.views import lives
from tests.audits.views.lives import Life
from tests.contracts.matrix.audits import ROWS
from tests.factories.audits import (
    Stage,
    audit_for_cause,
    audit_in_fieldwork,
    catalogue_of,
    due_reports,
    finding_in,
    reported_incident,
)
from tests.query_budget import Opened, asked_in, assert_query_budget, assert_query_budgets, too_dear
from tests.world import client_for

MOST = 16
"""Queries that a page of one thing may cost, on the portal and on the desk. Who asks is in it."""
MANY_ROWS = 5

LIVES: dict[Life, tuple[str, ...]] = {
    lives.of_an_audit: (
        "audits:audit",
        "audits:audit_respond",
        "audits:sample",
        "audits:sample_file",
        "admin:audits_audit_sample",
        "admin:audits_audit_sample_file",
        "admin:audits_audit_change",
        "admin:audits_audit_assign",
        "admin:audits_audit_unassign",
        "admin:audits_audit_reschedule",
        "admin:audits_audit_choose",
        "admin:audits_audit_cancel",
        "admin:audits_audit_notify",
        "admin:audits_audit_begin",
        "admin:audits_audit_checklist",
        "admin:audits_audit_finding",
        "admin:audits_audit_report",
        "admin:audits_audit_resume",
        "admin:audits_audit_send",
        "admin:audits_audit_close",
    ),
    lives.of_an_audit_called_off: ("audits:audit", "admin:audits_audit_change"),
    lives.of_a_calendar_feed: ("audits:feed",),
    lives.of_a_finding: (
        "audits:finding",
        "audits:finding_plan",
        "audits:finding_remedy",
        "admin:audits_finding_change",
        "admin:audits_finding_agree",
        "admin:audits_finding_another",
        "admin:audits_finding_extend",
        "admin:audits_finding_accept",
        "admin:audits_finding_verify",
        "admin:audits_finding_back",
    ),
    lives.of_a_finding_that_is_borne: (
        "audits:finding",
        "admin:audits_finding_change",
        "admin:audits_riskacceptance_change",
        "admin:audits_riskacceptance_sign",
        "admin:audits_riskacceptance_refuse",
        "admin:audits_riskacceptance_withdraw",
        "admin:audits_riskacceptance_revoke",
    ),
    lives.of_a_report: (
        "audits:obligation",
        "admin:audits_obligation_change",
        "admin:audits_obligation_accept",
        "admin:audits_obligation_return",
    ),
    lives.of_a_catalogue: ("admin:audits_catalogue_change",),
    lives.of_an_incident: (
        "audits:incident_report",
        "audits:incident",
        "audits:incident_update",
        "audits:deadline",
        "admin:audits_incident_change",
        "admin:audits_incident_triage",
        "admin:audits_incident_dismiss",
        "admin:audits_incident_duplicate",
        "admin:audits_incident_hold",
        "admin:audits_incident_update",
        "admin:audits_incident_severity",
        "admin:audits_incident_mark",
        "admin:audits_incident_contain",
        "admin:audits_incident_resolve",
        "admin:audits_incident_close",
        "admin:audits_incident_reopen",
        "admin:audits_incident_deadline",
        "admin:audits_incident_aside",
        "admin:audits_incident_case",
    ),
    lives.of_an_incident_that_was_none: ("audits:incident", "admin:audits_incident_change"),
    lives.of_an_incident_reported_many_times: (
        "audits:incident",
        "audits:deadline",
        "admin:audits_incident_change",
        "admin:audits_incident_take-back",
    ),
    lives.of_a_case: (
        "audits:enforcementcase",
        "audits:enforcementcase_answer",
        "audits:appeal_case",
        "admin:audits_enforcementcase_change",
        "admin:audits_enforcementcase_suspend",
        "admin:audits_enforcementcase_notice",
        "admin:audits_enforcementcase_hear",
        "admin:audits_enforcementcase_sign",
        "admin:audits_enforcementcase_drop",
        "admin:audits_enforcementcase_facts",
        "admin:audits_enforcementcase_unlink",
        "audits:enforcementcase_met",
        "admin:audits_enforcementcase_met",
        "admin:audits_enforcementcase_confirm",
        "admin:audits_enforcementcase_return",
        "admin:audits_enforcementcase_propose-lifting",
        "admin:audits_enforcementcase_sign-lifting",
    ),
    lives.of_a_case_that_was_dropped: ("audits:enforcementcase", "admin:audits_enforcementcase_change"),
    lives.of_an_appeal: ("audits:appeal", "audits:appeal_withdraw", "admin:audits_appeal_change"),
    lives.of_an_appeal_against_a_hold: ("audits:appeal", "admin:audits_appeal_change"),
}
"""Each life, and the pages that are opened in it."""
DOWNLOADS = {
    "admin:audits_finding_document",
    "audits:incident_document",
    "admin:audits_incident_document",
    "audits:enforcementcase_document",
    "admin:audits_enforcementcase_document",
}
"""Addresses that answer with a file: each asks for one document, however many there are."""


# --- lists ----------------------------------------------------------------------------------------
def test_a_list_costs_the_same_with_thirty_rows(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    partner = client_for(stage.applicant)
    assert_query_budget(partner, "/findings/", lambda n: [finding_in(audit, stage.auditor) for _ in range(n)])


def test_every_list_costs_the_same_with_many_rows(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)

    def more(count: int) -> None:
        for _ in range(count):
            finding_in(audit, stage.auditor)
            reported_incident(stage)
            audit_for_cause(stage)
            _case_and_appeal(stage)
            catalogue_of(families=1, controls=Catalogue.objects.count())
        with clock.at(clock.now() + timedelta(days=200 * count)):
            due_reports(stage)

    seen = {
        stage.officer: ("incident", "finding", "audit", "obligation", "enforcementcase", "appeal", "catalogue"),
        stage.auditor: ("finding", "audit", "catalogue"),
        stage.signatory: ("incident", "finding", "enforcementcase", "appeal"),
    }
    pages = [(client_for(person), f"/admin/audits/{name}/") for person, names in seen.items() for name in names]
    partner = client_for(stage.applicant)
    pages += [(partner, f"/{name}/") for name in ("audits", "findings", "reports", "incidents", "enforcement")]
    pages.append((partner, "/incidents/due/"))
    assert_query_budgets(pages, more, many=MANY_ROWS)


def _case_and_appeal(stage: Stage) -> None:
    """A case that the partner sees, as it was decided, and an appeal against a hold."""
    case = open_case(institution=stage.institution, facts="A key leaked.", by=stage.officer)
    drop_case(case=case, reason="Nothing to do.", by=stage.signatory)
    hold = place_hold(target=stage.institution, reason="Keys.", lifted_when="New keys.", by=stage.signatory)
    lodge_appeal(against=hold, ground="facts", statement="Look again.", by=stage.applicant)


# --- the pages of one thing -----------------------------------------------------------------------
def opened_in(life: Life, stage: Stage, parts: int) -> Iterator[Opened]:
    """The pages that are opened in the life. The page of a deed is opened once for each person."""
    people: dict[Actor, tuple[str, Client]] = {}
    deeds: set[tuple[str, Actor]] = set()
    for page in life(stage, parts):
        name = resolve(page.url).view_name
        if page.is_deed and (name, page.who) in deeds:
            continue
        deeds.add((name, page.who))
        if page.who not in people:
            title = f"{', '.join(sorted(page.who.roles - {'person'}))} (person {len(people) + 1})"
            people[page.who] = (title, client_for(page.who))
        title, client = people[page.who]
        yield Opened((name, page.state, title), client, page.url)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.__name__)
def test_pages_cost_the_same_with_many_parts(life: Life, stage: Stage) -> None:
    few, many = asked_in(lambda parts: opened_in(life, stage, parts))
    wrong = too_dear(few, many, most=MOST)
    assert not wrong, wrong
    assert {place[0] for place in many} >= set(LIVES[life])


def test_every_page_of_one_thing_is_held() -> None:
    """The permission matrix lists every address: one that takes an object is a page that some life has to open."""
    told = {name for names in LIVES.values() for name in names} | DOWNLOADS
    assert {row.url for row in ROWS if row.make is not None} <= told
