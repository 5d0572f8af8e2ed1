"""The whole job as one journey, from sign-up to suspension, as the people of the scheme do it in their browsers.

The tests are its stages: they run in this order, each goes on where the one before it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from tests.journeys import applying, casework, granting, watching
from tests.journeys.gateway import Gateway
from tests.journeys.person import Person
from tests.journeys.stack import Stack


class Job:
    """What the journey has brought about so far, and who is signed in."""

    def __init__(self, portal: Stack, people: Callable[..., Person]) -> None:
        self.portal = portal
        self.application = self.case = ""
        self.identity = applying.Identity()
        self.applicant = people("liv@nordfjord.example")
        self.gateway: Gateway | None = None
        self._people = people
        self._seated: dict[str, Person] = {}

    def staff(self, part: str) -> Person:
        """The person who plays that part, signed in."""
        if part not in self._seated:
            self._seated[part] = self._people(**self.portal.staff[part])
            self._seated[part].sign_in()
        return self._seated[part]

    def may(self, release: str) -> dict[str, Any]:
        """What the gateway is told about the partner and the release."""
        assert self.gateway is not None
        return self.gateway.ask(self.identity.lei, release, granting.ENVIRONMENT)

    def name(self, part: str) -> str:
        return self.portal.staff[part]["name"]


@pytest.fixture(scope="module")
def job(portal: Stack, people: Callable[..., Person]) -> Job:
    return Job(portal, people)


@pytest.fixture(autouse=True)
def _one_after_the_other(request: pytest.FixtureRequest) -> Iterator[None]:
    """A stage cannot run when an earlier one has failed."""
    module = request.module
    if getattr(module, "broken", ""):
        pytest.fail(f"Stands on {module.broken}, which failed.", pytrace=False)
    before = request.session.testsfailed
    yield
    if request.session.testsfailed > before:
        module.broken = request.node.name


def test_an_institution_signs_up_and_applies(job: Job) -> None:
    job.application = applying.apply(job.applicant, "Liv Haugland", job.identity)


def test_an_authority_assesses_it(job: Job) -> None:
    officer = job.staff("officer")
    officer.check_both("home of the officer")
    job.case = casework.screen_and_assign(officer, job.name("reviewer"))
    assert job.staff("unassigned").status_of(job.case) == 404
    reviewer = job.staff("reviewer")
    assert casework.open_case(reviewer) == job.case
    casework.assess_all(reviewer, job.case)
    casework.ask(reviewer, job.case)
    casework.answer(job.applicant, job.application)
    casework.read_changes(reviewer, job.case)
    casework.recommend(reviewer, job.case)
    casework.send(officer, job.case)


def test_two_authorities_sign(job: Job, tmp_path: Path) -> None:
    casework.sign(job.staff("signatory"))
    job.applicant.go(job.application)
    assert not job.applicant.page.get_by_text("Your institution is a trusted partner").count()
    casework.sign(job.staff("other_signatory"))
    letter = casework.letter(job.applicant, job.application, tmp_path)
    with pikepdf.open(letter) as document:
        assert document.Root.MarkInfo.Marked, "tagged"
        assert document.Root.Lang, "says its language"
        assert document.Root.StructTreeRoot, "has a structure"


def test_a_grant_comes_into_force(job: Job) -> None:
    officer, reviewer, provider = job.staff("officer"), job.staff("reviewer"), job.staff("provider")
    granting.register_environment(job.applicant)
    granting.request_two_lines(job.applicant)
    request = granting.take_up(officer, job.name("reviewer"))
    granting.accredit(officer)
    granting.review(reviewer)
    granting.send_on(officer, request, "providers")
    granting.answer_as_provider(provider)
    granting.send_on(officer, request, "signatories")
    granting.sign(job.staff("signatory"))
    granting.sign(job.staff("other_signatory"))
    granting.accept_agreement(job.applicant)


def test_a_gateway_asks(job: Job) -> None:
    job.gateway = granting.register_gateway(job.staff("provider"))
    job.gateway.authenticate()
    assert job.may("meridian-4-1")["decision"] is True
    refused = job.may("meridian-mini-2")
    assert refused["decision"] is False
    assert refused["context"]["reason_user"]


def test_an_audit_ends_in_a_finding_put_right(job: Job) -> None:
    officer, auditor = job.staff("officer"), job.staff("auditor")
    audit = watching.audit_that_appears(officer)
    watching.prepare_audit(officer, audit, job.name("auditor"))
    watching.begin_audit(auditor, audit)
    finding = watching.record_finding(auditor, audit)
    own = watching.propose_plan(job.applicant)
    watching.agree(auditor, finding)
    watching.remedy(job.applicant, own)
    watching.verify(auditor, finding)


def test_access_stops_after_an_incident(job: Job) -> None:
    watching.report_incident(job.applicant)
    assert job.may("meridian-4-1")["decision"] is True
    watching.stop_access(job.staff("signatory"))
    stopped = job.may("meridian-4-1")
    assert stopped["decision"] is False
    assert "hold" in str(stopped["context"]).lower()
    watching.own_hold_cannot_be_confirmed(job.staff("signatory"))
    watching.confirm_hold(job.staff("other_signatory"))
    assert job.may("meridian-4-1")["decision"] is False


def test_oversight_sees_it_and_changes_nothing(job: Job) -> None:
    overseer = job.staff("overseer")
    watching.look_on(overseer)
    deeds = [job.case.replace("/change/", f"/{deed}/") for deed in ("sign", "assess", "reviewers")]
    watching.changes_nothing(overseer, *deeds, "/incidents/report/", "/requests/new/", "/gateways/register/")


def test_the_record_holds(job: Job) -> None:
    job.portal.manage("verify_ledger")
