"""Which pages are opened at each stage of an application, and by whom: the table of the budgets' story."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

TABS = ("summary", "answers", "evidence", "people", "assessment", "signatures", "timeline")
OWN = "applicant, administrator@institution, representative"
SCHEME = "case_officer, signatory, auditor, oversight_member, provider_staff"

Pages = dict[str, str]


def own(who: str, *names: str) -> Pages:
    return {f"partners:{name}": who for name in names}


def desk(who: str, *names: str) -> Pages:
    return {f"admin:partners_application_{name}": who for name in names}


def case(who: str, *tabs: str) -> Pages:
    """The page of the case, with these tabs or with each."""
    return desk(who, *(f"change?tab={tab}" for tab in tabs or TABS))


PAGES: dict[str, Pages] = {
    "draft": {
        **own(OWN, "institution", "application", "check", "document", "referees"),
        **own(
            "applicant",
            "version",
            "redacted",
            "describe",
            "large_upload",
            "start",
            "section",
            "section of rows",
            "section of documents",
            "withdraw",
        ),
    },
    "arrived": {
        **own(OWN, "application", "answers", "sent", "evidence"),
        **own("applicant", "withdraw"),
    },
    "at the desk": {
        **case("case_officer", "summary", "people", "timeline"),
        **desk("case_officer", "declare", "screen"),
        **own("case_officer", "evidence"),
    },
    "in review": {
        **own("applicant", "application"),
        **case("case_officer, reviewer", "summary", "people"),
        **desk("case_officer", "tier", "reviewers", "outside", "file"),
        **desk("case_officer, reviewer", "ask", "declare"),
        **desk("reviewer", "assess_section"),
    },
    "asked": {
        **own(OWN, "application", "question", "answers"),
        **own("applicant", "section", "withdraw"),
        **case("case_officer, reviewer", "summary", "assessment"),
    },
    "answered": {
        **own(OWN, "application", "question", "answers"),
        **case("reviewer"),
        **desk("case_officer, reviewer", "changes"),
        **desk("reviewer", "assess_section"),
    },
    "recommended": {
        **case("case_officer, reviewer", "summary", "assessment"),
        **desk("reviewer", "recommend"),
        **desk("case_officer", "send"),
    },
    "to sign": {
        **own("applicant", "application"),
        **case("case_officer, signatory"),
        **desk("case_officer", "return"),
        **desk("signatory", "sign", "refuse", "ask", "changes", "declare"),
        **own("signatory, reviewer", "evidence"),
    },
    "declined": {
        **own(OWN, "application", "answers", "letter"),
        **case("case_officer, signatory", "summary", "signatures"),
    },
    "withdrawn": {
        **own(OWN, "application", "answers"),
        **case("case_officer", "summary", "signatures"),
    },
    "approved": {
        **own(OWN, "application", "answers", "sent", "letter", "timeline"),
        **own("case_officer", "letter"),
        **case("case_officer, reviewer, signatory", "summary", "signatures"),
    },
    "qualified": {
        **own(OWN, "institution"),
        **own("applicant", "start"),
        **own(SCHEME, "partner"),
    },
}
"""Stage → page → who opens it. Words after the name of an address tell its pages apart."""

NAMED: dict[str, tuple[str, ...]] = {
    "partners:institution": (),
    "partners:start": (),
    "partners:partner": ("institution",),
    "partners:section": ("application", "section"),
    "partners:section of rows": ("application", "section of rows"),
    "partners:section of documents": ("application", "section of documents"),
    "partners:question": ("application", "question"),
    "partners:evidence": ("evidence",),
    "partners:document": ("document",),
    "partners:version": ("newest",),
    "partners:redacted": ("document",),
    "partners:describe": ("document",),
    "partners:large_upload": ("large upload",),
    "partners:letter": ("letter",),
    "admin:partners_application_assess_section": ("application", "section"),
}
"""What the address of a page names. Where nothing is said, it is the application."""


def address(page: str, known: Mapping[str, Any]) -> str:
    """The address of a page about what is known of the story so far."""
    named, _, query = page.partition("?")
    url = reverse(named.partition(" ")[0], args=[known[word] for word in NAMED.get(named, ("application",))])
    return f"{url}?{query}" if query else url
