"""What of a renewal or change is as it was: which sections need not be assessed anew, and which can be changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from partners.models import Application, Evidence, Revision, SectionAssessment
from partners.queries.answers import answers_of, latest_revision
from partners.queries.rulebook import asked, progress_of, rules_of
from portal.core import clock
from portal.rulebook.answers import same
from portal.rulebook.durations import add_months
from portal.rulebook.questionnaire import prune
from portal.rulebook.schema import Question

GOOD = ("met", "not_applicable")
_UNSEEN = {"why", "source", "screen"}
"""What of a question its reader never sees."""


def carried_sections(application: Application, revision: Revision) -> dict[str, dict[str, str]]:
    """Section → the earlier assessment that still holds for it, for what is about to be sent. Up to four queries.

    A section is carried over when its answers, its documents and what is asked in it are as they were in the
    application that this one follows, every assessment of it was good, and none of its documents has ended. No
    assessment is carried longer than qualification.assess_again_months.
    """
    earlier = application.follows
    before = latest_revision(earlier) if earlier is not None else None
    if earlier is None or before is None:
        return {}
    now_asked, then_asked = _asked(application, revision.answers), _asked(earlier, before.answers)
    ended = _ended(application, revision)
    kept = {
        key
        for key, value in revision.sections.items()
        if before.sections.get(key) == value and key not in ended and now_asked.get(key) == then_asked.get(key)
    }
    since = add_months(clock.today(), -rules_of(application).qualification.assess_again_months).isoformat()
    known = {**before.carried, **_assessed(earlier, before)}
    return {key: known[key] for key in sorted(kept & known.keys()) if known[key] and known[key]["at"] >= since}


def _asked(application: Application, answers: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {
        section.key: [_words(question) for question in section.questions] for section in asked(application, answers)
    }


def _words(question: Question) -> dict[str, Any]:
    return question.model_dump(mode="json", exclude=_UNSEEN)


def _ended(application: Application, revision: Revision) -> set[str]:
    """Sections that rest on a document whose last day has passed."""
    ids = [item["id"] for item in revision.evidence]
    past = Evidence.objects.filter(pk__in=ids, valid_until__lt=clock.today()).values_list("pk", flat=True)
    over = {str(pk) for pk in past} if ids else set()
    questions = {item["question"] for item in revision.evidence if item["id"] in over}
    sections = rules_of(application).questionnaire.sections
    return {section.key for section in sections if questions & {item.key for item in section.questions}}


def _assessed(earlier: Application, before: Revision) -> dict[str, dict[str, str]]:
    """Section → its latest assessment in that application; empty where one of its assessors was not content."""
    rows = SectionAssessment.objects.filter(application=earlier).order_by("at", "id")
    newest = {(row.section, row.by_id): row for row in rows if row.section_digest == before.sections.get(row.section)}
    found: dict[str, dict[str, str]] = {}
    for (section, _person), row in newest.items():
        good = row.outcome in GOOD and found.get(section) != {}
        found[section] = _as_json(row, earlier) if good else {}
    return found


def _as_json(row: SectionAssessment, earlier: Application) -> dict[str, str]:
    return {
        "application": earlier.reference,
        "outcome": row.outcome,
        "by": str(row.by_id),
        "body": str(row.body_id),
        "at": row.at.isoformat(),
    }


def baseline(application: Application) -> Revision | None:
    """What was sent last, of this application or else of the one that it follows. One or two queries."""
    sent = latest_revision(application)
    if sent is None and application.follows is not None:
        return latest_revision(application.follows)
    return sent


def changed_sections(application: Application, answers: Mapping[str, Any], before: Revision | None) -> frozenset[str]:
    """Sections with an answer that would be sent and differs from what was sent before. No query."""
    if before is None:
        return frozenset()
    now = prune(rules_of(application).questionnaire, answers, application.institution.kind)
    return frozenset(
        section.key
        for section in asked(application, answers)
        if not all(same(now.get(item.key), before.answers.get(item.key)) for item in section.questions)
    )


def spilled_sections(application: Application, answers: Mapping[str, Any] | None = None) -> frozenset[str]:
    """Sections that what was changed elsewhere has brought into play: not complete now, or changed already."""
    now = answers_of(application) if answers is None else answers
    incomplete = {section.key for section in progress_of(application, now).sections if not section.complete}
    return frozenset(incomplete) | changed_sections(application, now, baseline(application))
