"""Institutions, applications and qualifications for tests, made by the real actions."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from partners.actions.answers import save_answers
from partners.actions.application import begin_application, submit_application
from partners.actions.case import assign_reviewer, declare_conflict, screen_application, send_to_signatories
from partners.actions.evidence import upload_evidence, upload_redacted, upload_version
from partners.actions.institution import describe_institution
from partners.actions.query import answer_question, ask_question
from partners.actions.review import assess_section, recommend_decision
from partners.actions.signature import sign_application
from partners.models import Application, Evidence, Institution, Qualification, Query
from partners.queries.case import case_of
from partners.queries.rulebook import rules_of
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Membership, Organisation
from portal.core.actors import Actor
from portal.core.canonical import digest
from portal.core.identifiers import CROCKFORD, ror_check_digits
from tests.factories.accounts import make_member, make_organisation
from tests.factories.rulebook import founded_rulebook

__all__ = ["begin_application", "declare_conflict", "digest", "save_answers", "upload_redacted", "upload_version"]

_used = iter(range(1, 1_000_000))


def lei(number: int) -> str:
    """A made-up LEI with right check digits (ISO 7064 MOD 97-10)."""
    base = f"9695{number:014d}"
    return f"{base}{98 - int(f'{base}00') % 97:02d}"


def ror(number: int) -> str:
    """A made-up ROR identifier with right check digits."""
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 32)
        digits = CROCKFORD[rest] + digits
    return f"https://ror.org/0{digits}{ror_check_digits('0' + digits)}"


def png(colour: str = "white") -> bytes:
    """A small real image."""
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "PNG")
    return out.getvalue()


def upload(name: str = "statutes.png", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if content is None else content)


def make_institution(
    organisation: Organisation | None = None,
    *,
    by: Actor | None = None,
    kind: str = "company",
    jurisdiction: str = "NO",
) -> tuple[Institution, Actor]:
    """A described institution and one of its applicants."""
    founded_rulebook()
    body = organisation or make_organisation("institution", jurisdiction=jurisdiction)
    applicant = by or make_member(body, "applicant", "administrator", "representative")
    number = next(_used)
    institution = describe_institution(
        organisation=body,
        kind=kind,
        lei=lei(number),
        ror=ror(number),
        address="1 Fjord Street\n0150 Oslo",
        by=applicant,
    )
    return institution, applicant


def make_authority(jurisdiction: str = "NO") -> Organisation:
    return make_organisation("authority", jurisdiction=jurisdiction)


def an_authority(jurisdiction: str) -> Organisation:
    """The authority that runs that jurisdiction's cases, made where there is none."""
    found = Organisation.objects.filter(kind="authority", jurisdiction=jurisdiction, state="active").order_by(
        "created_at"
    )
    return found.first() or make_authority(jurisdiction)


def make_evidence(institution: Institution, by: Actor, **more: Any) -> Evidence:
    return upload_evidence(institution=institution, upload=upload(), by=by, **more)


def person_answer(name: str = "Kari Nordmann") -> dict[str, str]:
    return {"name": name, "email": "kari@institute.example", "job_title": "Director"}


def good_answers(document: str, number: int = 1) -> dict[str, Any]:
    """Answers that complete the questionnaire of version 1.0 for a company of the lightest tier."""
    return {
        "legal_name": "Nordfjord Institute for Machine Safety",
        "lei": lei(number),
        "registration_number": "NO 914 782 007",
        "seat": "NO",
        "seat_address": "1 Fjord Street, 0150 Oslo",
        "domain": "institute.example",
        "headcount": 120,
        "mandate_evidence": [document],
        "legal_owner_type": "state",
        "foreign_control": False,
        "directors": [{"name": "Kari Nordmann", "function": "Director", "nationality": "NO"}],
        "outside_funding": False,
        "provider_ties": False,
        "purposes": ["evaluation"],
        "programme": "We measure how reliably models refuse unsafe instructions. " * 6,
        "hazard_domains": ["none"],
        "capability_tier": "general",
        "publication": "reviewed",
        "fine_tuning": False,
        "environment_list": [{"name": "Fjell lab", "country": "NO", "hosting": "own", "people": 12}],
        "environments_abroad": False,
        "safeguards": ["logging", "rate_limiting"],
        "log_retention_days": 365,
        "environment_evidence": [document],
        "certifications": ["none"],
        "mfa": "second_factor",
        "credential_storage": "vault",
        "monitoring": "always",
        "past_breach": False,
        "security_lead": person_answer("Ola Hansen"),
        "responsible_person": person_answer(),
        "access_count": 12,
        "vetting": ["identity", "employment"],
        "outside_staff": False,
        "training": True,
        "leavers_hours": 4,
        "data_classes": ["synthetic"],
        "retention_months": 12,
        "encryption": ["transit", "rest"],
        "output_training": False,
        "third_party_access": False,
        "incident_contact": person_answer("Liv Berg"),
        "incident_phone": "+47 22 00 00 00",
        "incident_plan": [document],
        "stop_minutes": 15,
        "earlier_refusal": False,
        "sanctions": False,
        "proceedings": False,
        "binding_person": person_answer(),
    }


def fill(application: Application, answers: Mapping[str, Any], by: Actor, page: str = "factory") -> None:
    """Save the answers, section by section, as the pages do."""
    for section in rules_of(application).questionnaire.sections:
        posted = {question.key: answers[question.key] for question in section.questions if question.key in answers}
        save_answers(application=application, section=section.key, posted=posted, seen=10**6, page=page, by=by)


@dataclass
class Cast:
    """An application and everyone who works on it."""

    application: Application
    institution: Institution
    authority: Organisation
    applicant: Actor
    officer: Actor
    reviewer: Actor
    signatory: Actor
    other_signatory: Actor
    other_authority: Organisation
    second_reviewer: Actor | None = None

    def fresh(self) -> Application:
        self.application = Application.objects.select_related("institution__organisation", "authority").get(
            pk=self.application.pk
        )
        return self.application


def cast(
    *, jurisdiction: str = "NO", kind: str = "company", answers: Mapping[str, Any] | None = None, **people: Any
) -> Cast:
    """A filled draft, with its home authority, another authority, and a person for each role.

    `people` may name the actors and bodies: authority, other_authority, institution (with applicant), officer, …
    """
    if "authority" not in people:
        an_authority(jurisdiction)
    if "institution" in people:
        institution, applicant = people["institution"], people["applicant"]
    else:
        institution, applicant = make_institution(
            people.get("organisation"), by=people.get("applicant"), kind=kind, jurisdiction=jurisdiction
        )
    document = make_evidence(institution, applicant, kind="registration")
    application = begin_application(institution=institution, by=applicant)
    authority = application.authority
    other = people.get("other_authority") or an_authority("GB" if authority.jurisdiction != "GB" else "NO")
    fill(application, {**good_answers(str(document.pk)), **(answers or {})}, applicant)
    return Cast(
        application=application,
        institution=institution,
        authority=authority,
        applicant=applicant,
        officer=people.get("officer") or make_member(authority, "case_officer"),
        reviewer=people.get("reviewer") or make_member(authority, "reviewer"),
        signatory=people.get("signatory") or make_member(authority, "signatory"),
        other_signatory=people.get("other_signatory") or make_member(other, "signatory"),
        other_authority=other,
    )


def representative_of(institution: Institution, likely: Actor | None = None) -> Actor:
    """Somebody entitled to bind the institution who has just confirmed: `likely` where they are, else a member."""
    if likely is not None and likely.has("representative"):
        return confirmed(likely)
    found = Membership.objects.filter(
        organisation=institution.organisation, state="active", roles__contains=["representative"]
    ).first()
    if found is not None:
        return person_in(found.user, institution.organisation)
    return make_member(institution.organisation, "representative")


def submit(made: Cast) -> Cast:
    submit_application(
        application=made.application,
        declared=["truth", "changes"],
        capacity="Director",
        by=representative_of(made.institution, made.applicant),
    )
    return made


def screen(made: Cast, tier: str = "standard", reason: str = "Chosen by the test") -> Cast:
    declare_conflict(application=made.application, conflict=False, by=made.officer)
    screen_application(application=made.application, tier=tier, reason=reason, by=made.officer)
    return made


def assign(made: Cast, reviewer: Actor | None = None) -> Cast:
    who = reviewer or made.reviewer
    assign_reviewer(application=made.application, reviewer=who.user, by=made.officer)
    declare_conflict(application=made.application, conflict=False, by=who)
    return made


def assess(made: Cast, reviewer: Actor | None = None) -> Cast:
    who = reviewer or made.reviewer
    for section in case_of(made.application).sections:
        assess_section(application=made.application, section=section.key, outcome="met", by=who)
    recommend_decision(application=made.application, outcome="approve", text="Sound throughout.", by=who)
    return made


def send(made: Cast) -> Cast:
    send_to_signatories(application=made.application, by=made.officer)
    return made


def sign(made: Cast, *signatories: Actor) -> Cast:
    for who in map(confirmed, signatories or (made.signatory, made.other_signatory)):
        declare_conflict(application=made.application, conflict=False, by=who)
        sign_application(application=made.application, seen=case_of(made.application).dossier_digest, by=who)
    return made


def submitted_application(**options: Any) -> Cast:
    """An application that has arrived."""
    return submit(cast(**options))


def reviewed_application(**options: Any) -> Cast:
    """An application under review, with a reviewer who declared no conflict."""
    return assign(screen(submitted_application(**options)))


def application_to_sign(**options: Any) -> Cast:
    """An application that waits for signatures."""
    return send(assess(reviewed_application(**options)))


def qualified_institution(**options: Any) -> tuple[Institution, Actor, Qualification]:
    """A trusted partner of the lightest tier: the institution, its applicant, and the qualification."""
    made = sign(application_to_sign(**options))
    return made.institution, made.applicant, Qualification.objects.get(institution=made.institution, state="in_force")


def ask(made: Cast, section: str = "security", by: Actor | None = None) -> Query:
    """A question about a section, by the reviewer."""
    return ask_question(application=made.fresh(), section=section, text="Please say more.", by=by or made.reviewer)


def answer(made: Cast, query: Query, **answers: Any) -> Query:
    """Change these answers of the question's section, then answer it."""
    save_answers(
        application=made.fresh(), section=query.section, posted=answers, seen=10**6, page="answer", by=made.applicant
    )
    return answer_question(query=query, text="More is said above.", by=made.applicant)
