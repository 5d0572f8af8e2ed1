"""Answers to the questionnaire, as an institution of that kind and with that programme would give them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions.evidence import upload_evidence
from portal.core import clock
from portal.demo.programmes import Programme
from portal.demo.stage import Partner
from portal.ui.documents import render_pdf

PHONES = {
    "NO": "+47 55 00 00 {:02d}",
    "GB": "+44 20 7946 00{:02d}",
    "NL": "+31 20 000 00{:02d}",
    "FR": "+33 1 99 00 00 {:02d}",
    "DE": "+49 30 23125 0{:02d}",
    "SE": "+46 8 465 004 {:02d}",
    "EE": "+372 600 00{:02d}",
    "IE": "+353 20 915 00{:02d}",
    "CH": "+41 44 000 00 {:02d}",
    "US": "+1 202 555 01{:02d}",
    "CA": "+1 613 555 01{:02d}",
    "AU": "+61 2 5550 00{:02d}",
    "NZ": "+64 4 000 00{:02d}",
    "JP": "+81 3 0000 00{:02d}",
    "KR": "+82 2 000 00{:02d}",
}
FUNCTIONS = ("Director", "Deputy director", "Head of administration", "Chair of the board", "Scientific director")
ENVIRONMENTS = ("Evaluation cluster", "Isolated range", "Secure analysis room", "Model test bench", "Red room")
SCREENED = {
    "Register extract": (
        "The organisation is entered in the national register.",
        "The entry is current and nobody has objected to it.",
    ),
    "Network architecture": (
        "The environment is a network segment of its own. Its only way out is the provider's gateway.",
        "Prompts and answers are logged on a host that the people who test cannot change.",
    ),
    "Incident plan": (
        "The security lead decides alone whether use is stopped, and stops it within the time that we state.",
        (
            "The authority and the provider are told by telephone first and in writing after. The plan is rehearsed "
            "every year."
        ),
    ),
    "Certificate": (
        "The management system for information security was audited.",
        "No major non-conformity was found.",
    ),
}


def upload(partner: Partner, title: str, kind: str) -> str:
    """A document of the institution, received and checked like any other. Returns its id."""
    content = render_pdf(
        "evidence.typ",
        {"institution": partner.body.name, "date": clock.today(), "paragraphs": list(SCREENED[title])},
        title=title,
    )
    name = f"{title.lower().replace(' ', '-')}-{clock.today():%Y}.pdf"
    found = upload_evidence(
        institution=partner.institution, upload=SimpleUploadedFile(name, content), kind=kind, by=partner.applicant
    )
    return str(found.pk)


def named(name: str, domain: str, title: str) -> dict[str, str]:
    """An answer that names a person."""
    from portal.demo.people import plain

    return {"name": name, "email": f"{plain(name).replace('-', '.')}@{domain}", "job_title": title}


def answers_of(partner: Partner, programme: Programme, names: list[str]) -> dict[str, Any]:
    """A complete set of answers. `names` are five people of the institution who have no account."""
    rng, body, institution = partner.rng, partner.body, partner.institution
    careful = programme.tier != "standard"
    director, deputy, security, duty, lead = names
    documents = {title: upload(partner, title, kind) for title, kind in (
        ("Register extract", "registration"), ("Network architecture", "architecture"), ("Incident plan", "incident_plan"),
    )}  # fmt: skip
    certified = rng.random() < (0.9 if careful else 0.5)
    found: dict[str, Any] = {
        "legal_name": body.name,
        "lei": institution.lei,
        "ror": institution.ror,
        "registration_number": (
            f"{body.jurisdiction} {rng.randint(100, 999)} {rng.randint(100, 999)} {rng.randint(100, 999)}"
        ),
        "seat": body.jurisdiction,
        "seat_address": institution.address.replace("\n", ", "),
        "domain": body.domain,
        "headcount": rng.choice((24, 38, 61, 85, 120, 240, 410, 1150)),
        "mandate_evidence": [documents["Register extract"]],
        "legal_owner_type": {"company": "private", "nonprofit": "members"}.get(body.kind, "state"),
        "foreign_control": False,
        "directors": [
            {"name": director, "function": "Director", "nationality": body.jurisdiction},
            {"name": deputy, "function": rng.choice(FUNCTIONS[1:]), "nationality": body.jurisdiction},
        ],
        "outside_funding": False,
        "provider_ties": False,
        "purposes": list(programme.purposes),
        "programme": programme.text,
        "hazard_domains": list(programme.hazards),
        "capability_tier": programme.capability,
        "publication": "reviewed" if careful else rng.choice(("open", "reviewed")),
        "fine_tuning": False,
        "environment_list": [
            {
                "name": name,
                "country": body.jurisdiction,
                "hosting": "isolated" if careful else rng.choice(("own", "government_cloud")),
                "people": rng.randint(4, 14),
            }
            for name in rng.sample(ENVIRONMENTS, 2 if careful else 1)
        ],
        "environments_abroad": False,
        "safeguards": ["logging", "content_filtering", "rate_limiting"]
        + (["human_review", "network_isolation", "output_control"] if careful else []),
        "log_retention_days": rng.choice((365, 400, 730)),
        "environment_evidence": [documents["Network architecture"]],
        "certifications": ["iso27001"] if certified else ["none"],
        "mfa": "phishing_resistant" if careful else "second_factor",
        "credential_storage": "hsm" if careful else "vault",
        "monitoring": "always" if careful else "office_hours",
        "last_penetration_test": (clock.today() - timedelta(days=rng.randint(40, 300))).isoformat(),
        "open_findings": rng.randint(0, 3),
        "past_breach": False,
        "security_lead": named(security, body.domain, "Head of information security"),
        "responsible_person": named(lead, body.domain, "Principal investigator"),
        "access_count": rng.randint(5, 18),
        "vetting": ["identity", "employment", *(["criminal_record", "clearance"] if programme.tier == "high" else [])],
        "outside_staff": False,
        "training": True,
        "leavers_hours": rng.choice((1, 4, 8, 24)),
        "data_classes": list(programme.data),
        "retention_months": rng.choice((12, 18, 24)),
        "encryption": ["transit", "rest", "backup"],
        "output_training": False,
        "third_party_access": False,
        "incident_contact": named(duty, body.domain, "Duty officer"),
        "incident_phone": PHONES[body.jurisdiction].format(rng.randint(10, 99)),
        "incident_plan": [documents["Incident plan"]],
        "incident_exercise": (clock.today() - timedelta(days=rng.randint(30, 320))).isoformat(),
        "stop_minutes": rng.choice((5, 10, 15, 30)),
        "earlier_refusal": False,
        "sanctions": False,
        "proceedings": False,
        "binding_person": named(director, body.domain, "Director"),
    }
    if programme.controls:
        found["hazard_controls"] = programme.controls
    if certified:
        found["certification_evidence"] = [upload(partner, "Certificate", "certificate")]
    if body.kind == "university":
        found["faculty"] = rng.choice(
            ("Department of Computer Science", "School of Informatics", "Faculty of Engineering")
        )
    if body.kind == "company":
        found["owners"] = [
            {"name": f"{director.split()[1]} Holding", "country": body.jurisdiction, "share": 64, "nature": "company"},
            {"name": deputy, "country": body.jurisdiction, "share": 36, "nature": "person"},
        ]
    return found
