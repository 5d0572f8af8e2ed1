"""The story of an application with as many parts of each kind as asked for, for the budgets of its pages.

It is told by the real actions, from the draft to a decision and the partner that came from it. At each stage everybody
who may see its pages (pages.py) opens them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

from partners.actions.application import withdraw_application
from partners.actions.case import return_to_review, screen_application
from partners.actions.evidence import describe_evidence, upload_evidence, upload_redacted, upload_version
from partners.actions.institution import amend_institution
from partners.actions.qualification import reinstate_qualification, restrict_qualification
from partners.actions.query import close_question
from partners.actions.referee import ask_referee
from partners.actions.review import assess_section
from partners.actions.signature import refuse_application, sign_application
from partners.actions.upload import Purpose, begin_upload
from partners.models import Evidence, Institution, Letter, Qualification
from partners.queries.case import case_of
from portal.core.actors import Actor
from portal.rulebook.queries import rules
from tests.factories import partners as make
from tests.factories.accounts import make_member, make_organisation
from tests.partners.views.pages import PAGES, address
from tests.query_budget import Opened
from tests.rollback import rolled_back
from tests.world import client_for

SECTION = "organisation"
"""The section that is asked about: with documents."""
RENEWALS = 2
"""More qualifications than one, where there are many of everything; each takes an application of its own."""


class Telling:
    """An application, everybody around it, and what its pages are about so far."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.made = _draft(parts)
        people = {
            "applicant": self.made.applicant,
            "administrator@institution": make_member(self.made.institution.organisation, "administrator"),
            "representative": make_member(self.made.institution.organisation, "representative"),
            "case_officer": self.made.officer,
            "reviewer": self.made.reviewer,
            "signatory": self.made.signatory,
            "auditor": make_member(self.made.authority, "auditor"),
            "oversight_member": make_member(make_organisation("oversight"), "oversight_member"),
            "provider_staff": make_member(make_organisation("provider"), "provider_staff"),
        }
        self.clients = {name: client_for(actor) for name, actor in people.items()}
        self.reviewers = [self.made.reviewer, *self.members("reviewer", parts - 1)]
        self.known: dict[str, Any] = {
            "application": self.made.application.pk,
            "institution": self.made.institution.pk,
            "evidence": Evidence.objects.filter(institution=self.made.institution, state="stored").earliest("pk").pk,
            **_library(self.made, parts),
            "section": SECTION,
            "section of rows": "ownership",
            "section of documents": "environments",
        }

    def members(self, role: str, count: int) -> list[Actor]:
        return [make_member(self.made.authority, role) for _ in range(count)]

    def at(self, stage: str, **known: Any) -> Iterator[Opened]:
        """The pages of the stage, by everybody who opens them."""
        self.known |= known
        for page, people in PAGES[stage].items():
            url = address(page, self.known)
            for who in people.split(", "):
                yield Opened((page, stage, who), self.clients[who], url)


def _draft(parts: int) -> make.Cast:
    """A filled draft: its documents, rows, refused uploads and earlier applications are many."""
    make.an_authority("NO")
    institution, applicant = make.make_institution()
    for _ in range(parts):
        _amended(institution, applicant)
        withdraw_application(application=make.begin_application(institution=institution, by=applicant), by=applicant)
    documents = [str(make.make_evidence(institution, applicant, kind="registration").pk) for _ in range(parts)]
    director = {"name": "Kari Nordmann", "function": "Director", "nationality": "NO"}
    lab = {"name": "Fjell lab", "country": "NO", "hosting": "own", "people": 12}
    answers = {
        "mandate_evidence": documents,
        "environment_evidence": documents,
        "directors": [director] * parts,
        "environment_list": [{**lab, "name": f"Lab {number}"} for number in range(parts)],
    }
    made = make.cast(institution=institution, applicant=applicant, answers=answers)
    for _ in range(parts):
        upload_evidence(
            institution=institution,
            application=made.application,
            question="mandate_evidence",
            upload=make.upload("statutes.png", b"No picture."),
            by=applicant,
        )
    for number in range(parts):
        whom = {"name": "Ada Berg", "email": f"ada{number}@elsewhere.example", "relation": "Worked with them."}
        ask_referee(application=made.application, by=applicant, **whom)
    return made


def _library(made: make.Cast, parts: int) -> dict[str, Any]:
    """A document whose versions, redacted copies, uses, changes and neighbours in the library are many."""
    first = Evidence.objects.filter(institution=made.institution, state="stored").earliest("pk")
    newest = first
    for number in range(parts):
        make.make_evidence(made.institution, made.applicant, kind="other" if number % 2 else "incident_plan")
        newest = upload_version(evidence=newest, upload=make.upload(), marking="amber", by=made.applicant)
        upload_redacted(evidence=first, upload=make.upload("redacted.png"), marking="green", by=made.applicant)
        describe_evidence(evidence=first, kind="mandate", marking="amber", valid_until=None, by=made.applicant)
    return {"document": first.pk, "newest": newest.pk, "large upload": _begun(made, min(parts, 8))}


def _begun(made: make.Cast, parts: int) -> UUID:
    """The last of several large files that were begun."""
    for _ in range(parts):
        upload = begin_upload(
            institution=made.institution,
            name="measured.csv",
            size=30_000_000,
            fingerprint="",
            purpose=Purpose(),
            by=made.applicant,
        )
    return upload.pk


def _amended(institution: Institution, by: Actor) -> None:
    amend_institution(
        institution=institution,
        kind=institution.kind,
        lei=institution.lei,
        ror=institution.ror,
        address="2 Fjord Street",
        by=by,
    )


def of_an_application(parts: int) -> Iterator[Opened]:
    """From the draft to a partner whose qualification was renewed."""
    told = Telling(parts)
    yield from told.at("draft")
    make.submit(told.made)
    yield from told.at("arrived")
    yield from _reviewed(told)
    yield from _decided(told)
    yield from _qualified(told)


def _reviewed(told: Telling) -> Iterator[Opened]:
    """Who declared, reviewers, questions, revisions, assessments and recommendations are many."""
    made, application = told.made, told.made.application
    for officer in (made.officer, *told.members("case_officer", told.parts - 1)):
        make.declare_conflict(application=application, conflict=False, by=officer)
    for officer in told.members("case_officer", told.parts):
        make.declare_conflict(application=application, conflict=True, detail="My brother works there.", by=officer)
    yield from told.at("at the desk")
    screen_application(application=application, tier="standard", reason="Chosen by the test", by=made.officer)
    for reviewer in told.reviewers:
        make.assign(made, reviewer)
        assess_section(application=made.fresh(), section=SECTION, outcome="met", by=reviewer)
    told.members("reviewer", told.parts)
    yield from told.at("in review")
    questions = [make.ask(made, SECTION) for _ in range(told.parts)]
    yield from told.at("asked", question=questions[0].pk)
    for number, question in enumerate(questions):
        make.answer(made, question, headcount=200 + number)
    for question in questions[1:]:
        question.refresh_from_db()
        close_question(query=question, by=made.reviewer)
    made.fresh()
    yield from told.at("answered")
    for reviewer in told.reviewers:
        make.assess(made, reviewer)
    yield from told.at("recommended")


def _decided(told: Telling) -> Iterator[Opened]:
    """Signatures that became void are many; then one signatory has signed, and the other may do anything."""
    made = told.made
    make.send(made)
    for who in (made.signatory, made.other_signatory):
        make.declare_conflict(application=made.fresh(), conflict=False, by=who)
    for _ in range(told.parts):
        _sign(made, made.other_signatory)
        return_to_review(application=made.fresh(), reason="Read it again.", by=made.officer)
        make.send(made)
    _sign(made, made.other_signatory)
    yield from told.at("to sign")
    with rolled_back():
        withdraw_application(application=made.fresh(), by=made.applicant)
        yield from told.at("withdrawn")
    with rolled_back():
        refuse_application(
            application=made.fresh(),
            seen=case_of(made.application).dossier_digest,
            reasons=[item.key for item in rules().refusals.application][: told.parts],
            note="Not yet.",
            by=made.signatory,
        )
        yield from told.at(
            "declined", letter=Letter.objects.filter(application=made.application).latest("made_at", "pk").pk
        )
    _sign(made, made.signatory)
    made.fresh()
    yield from told.at(
        "approved", letter=Letter.objects.filter(application=made.application).latest("made_at", "pk").pk
    )


def _sign(made: make.Cast, who: Actor) -> None:
    sign_application(application=made.fresh(), seen=case_of(made.application).dossier_digest, by=who)


def _qualified(told: Telling) -> Iterator[Opened]:
    """Qualifications and what was decided of them are many."""
    made = told.made
    for _ in range(min(told.parts - 1, RENEWALS)):
        renewal = make.begin_application(institution=made.institution, kind="renewal", by=made.applicant)
        make.sign(make.send(make.assess(make.assign(make.screen(make.submit(replace(made, application=renewal)))))))
    live = Qualification.objects.get(institution=made.institution, state="in_force")
    for _ in range(told.parts):
        restrict_qualification(qualification=live, reason="Keys.", conditions="New keys.", by=made.signatory)
        reinstate_qualification(qualification=live, reason="New keys.", by=made.signatory)
    yield from told.at("qualified")
