"""Deeds of reviewers: assessing sections, and recommending."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext as _

from partners import notices
from partners.actions.search import index_notes
from partners.models import Application, Recommendation, SectionAssessment
from partners.queries.answers import latest_revision
from partners.queries.case import Case, case_of
from partners.queries.people import hands_of
from partners.queries.rulebook import asked
from partners.queries.verdicts import recommendation_verdict
from partners.rules.hands import body_of, may_review
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Refused, refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, lock, record

NEEDS_NOTE = ("partly", "not_met")


@as_deed
def assess_section(
    *, application: Application, section: str, outcome: str, by: Actor, note: str = ""
) -> SectionAssessment:
    """File a judgement of one section as it was sent last. It stands until that section changes.

    “Partly” and “not met” need a note. Raises Refused for whoever is not assigned or screened the case.
    """
    lock(application)
    require(application.TABLE.verdict("assess", application, by))
    require(may_review(hands_of(application), by))
    sent = latest_revision(application)
    titles = {item.key: str(item.title) for item in asked(application, sent.answers)} if sent else {}
    if sent is None or section not in titles:
        raise Refused(refused(_("Choose a section that was sent."), code="unknown_section", rule="application.assess"))
    if outcome not in SectionAssessment.Outcome.values:
        require(refused(_("Choose an assessment."), code="unknown_outcome", rule="application.assess"))
    if outcome in NEEDS_NOTE and not note.strip():
        require(refused(_("Say in the note what is missing."), code="no_note", rule="application.assess"))
    record(
        application,
        "assess",
        by=by,
        rulebook=application.rulebook,
        says=_("Section assessed: %(title)s") % {"title": titles[section]},
        detail={"section": section, "outcome": outcome, "note": note[:4000], "revision": sent.number},
        about=[application.institution_id],
        tier=Tier.RESTRICTED,
    )
    filed = SectionAssessment.objects.create(
        application=application,
        revision=sent,
        section=section,
        section_digest=sent.sections[section],
        outcome=outcome,
        note=note.strip()[:4000],
        by=by.user,
        body_id=body_of(by),
        at=clock.now(),
    )
    index_notes(application, filed.by_id)
    return filed


def _still_blind(case: Case, by: Actor) -> frozenset[UUID]:
    """Case officers who review the case themselves hear nothing of the others; whoever files knows it anyway."""
    return (case.hands.assigned if case.quorum.blind else frozenset()) | {by.person_id}


@as_deed
def recommend_decision(*, application: Application, outcome: str, text: str, by: Actor) -> Recommendation:
    """Recommend to the signatories, on the revision that stands now, after assessing every section of it."""
    lock(application)
    require(application.TABLE.verdict("recommend", application, by))
    case = case_of(application)
    require(may_review(case.hands, by))
    require(recommendation_verdict(case, by))
    if outcome not in Recommendation.Outcome.values or not text.strip():
        require(
            refused(
                _("Choose a recommendation and give your reasons."), code="no_reasons", rule="application.recommend"
            )
        )
    record(
        application,
        "recommend",
        by=by,
        rulebook=application.rulebook,
        detail={"outcome": outcome, "text": text[:4000], "revision": case.sent.number},
        about=[application.institution_id],
        tier=Tier.AUTHORITY,
    )
    recommendation = Recommendation.objects.create(
        application=application,
        revision=case.sent,
        outcome=outcome,
        text=text.strip()[:4000],
        by=by.user,
        body_id=body_of(by),
        at=clock.now(),
    )
    index_notes(application, recommendation.by_id)
    officers = members_with("case_officer", application.authority_id).exclude(pk__in=_still_blind(case, by))
    notices.tell(notices.RECOMMENDED, application, to=officers, key=f"recommended:{recommendation.pk}", person=by.name)
    return recommendation
