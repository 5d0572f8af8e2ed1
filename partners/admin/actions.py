"""What can be done with a case, for its page: every deed in one place, with the reason where it is not possible yet."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from partners.models import CaseFile
from partners.queries.case import Case
from partners.queries.verdicts import further_verdict
from portal.core.actors import Actor
from portal.core.verdicts import first_refusal


def desk_url(name: str, *args: object) -> str:
    """The address of a page of a case."""
    return reverse(f"admin:partners_application_{name}", args=args)


DEEDS: tuple[tuple[str, str], ...] = (
    ("screen", "screen"),
    ("assess", "assess"),
    ("recommend", "recommend"),
    ("send_to_signatories", "send"),
    ("sign", "sign"),
    ("refuse", "refuse"),
    ("ask", "ask"),
    ("ask_before_signing", "ask"),
    ("assign", "reviewers"),
    ("ask_outside", "outside"),
    ("set_tier", "tier"),
    ("return_to_review", "return"),
    ("declare", "declare"),
)
"""Verbs in the order in which the case page offers them, and the page of each."""


def case_actions(case: Case, actor: Actor) -> list[dict[str, Any]]:
    """Items for `<c-actions>`: every deed that role and state allow, with the reason where more is needed."""
    found = {move.verb: (move, verdict) for move, verdict in case.application.TABLE.available(case.application, actor)}
    items: list[dict[str, Any]] = []
    for verb, page in DEEDS:
        if verb not in found:
            continue
        move, verdict = found[verb]
        verdict = first_refusal(verdict, partial(further_verdict, verb, case, actor))
        primary = bool(verdict) and not any(item["primary"] for item in items)
        items.append(
            {
                "label": move.label if verb != "declare" else _("Declare a conflict of interest"),
                "url": desk_url(page, case.application.pk),
                "primary": primary and verb not in ("refuse", "declare"),
                "reason": "" if verdict else verdict.reason,
            }
        )
    if CaseFile.TABLE.verdict("ask", CaseFile(application=case.application), actor):
        url = desk_url("file", case.application.pk)
        items.append({"label": _("Make a case file"), "url": url, "primary": False, "reason": ""})
    return items


def sections_to_ask(case: Case) -> list[tuple[str, str]]:
    """(key, title) of the sections that can be asked about."""
    return [(item.key, str(item.title)) for item in case.sections]
