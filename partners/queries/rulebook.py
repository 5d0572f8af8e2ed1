"""The rulebook as an application is judged by it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from partners.models import Application, Revision
from portal.rulebook.models import RulebookVersion
from portal.rulebook.queries import PUBLIC_STATES, rules
from portal.rulebook.questionnaire import AskedSection, Progress, progress, visible
from portal.rulebook.risk import Score, score
from portal.rulebook.schema import QuorumRule, Rulebook

_NUMBER = re.compile(r"[0-9]{1,3}[.][0-9]{1,3}")


def rules_of(application: Application) -> Rulebook:
    """The version that the application was begun under. One short query, kept with the object."""
    kept: Rulebook | None = application.__dict__.get("_rules")
    if kept is None or kept.version != application.rulebook:
        kept = rules(application.rulebook)
        application.__dict__["_rules"] = kept
    return kept


def version_shown(application: Application, version: str) -> Rulebook:
    """The rules of the version that a page was made from; the application's own where it is none that was published.

    One query more where it is another than the application's own.
    """
    if version == application.rulebook or not _NUMBER.fullmatch(version):
        return rules_of(application)
    known = RulebookVersion.objects.filter(version=version, state__in=PUBLIC_STATES).exists()
    return rules(version) if known else rules_of(application)


def quorum_of(application: Application) -> QuorumRule:
    """The quorum for its kind and tier; for the strictest tier until one is set."""
    return rules_of(application).quorum.rule(application.kind, application.tier or "high")


def scored(application: Application, sent: Revision | None) -> Score:
    """The tier that the rulebook's scoring gives to what was sent, with its reasons. No query."""
    return score(rules_of(application), sent.answers if sent else {}, application.institution.kind)


def asked(application: Application, answers: Mapping[str, Any]) -> tuple[AskedSection, ...]:
    """The sections and questions that these answers leave visible."""
    return visible(rules_of(application).questionnaire, answers, application.institution.kind)


def progress_of(application: Application, answers: Mapping[str, Any]) -> Progress:
    """How far the answers are."""
    return progress(rules_of(application).questionnaire, answers, application.institution.kind)
