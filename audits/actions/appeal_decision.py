"""Deeds that decide an appeal: the draft, the votes on it, the outcome with its effect, and its publication."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from audits import notices
from audits.actions.appeal import about, take
from audits.actions.appeal_effects import take_effect
from audits.models import Appeal, AppealDraft, PanelVote, PublishedDecision
from audits.queries.appeal import counted, digest_of, names_kept_out, newest_draft, votes_on
from audits.rules.enforcement import within_months
from audits.rules.panel import can_be_varied, complete, decided_by, names_nobody, votes_once
from audits.rules.signing import read_this
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.references import next_reference
from portal.core.verdicts import Refused, refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, can, create, move, record


@as_deed
def draft_decision(
    *,
    appeal: Appeal,
    outcome: str,
    reasons: str,
    published_text: str,
    by: Actor,
    measure: str = "",
    until: date | None = None,
    lifted_when: str = "",
) -> AppealDraft:
    """Put a decision to the panel: outcome, reasons, what varies, and the text for publication; votes begin anew."""
    take(appeal)
    require(can(appeal, "draft", by))
    require(can_be_varied(appeal.against, outcome))
    require(names_nobody(published_text, names_kept_out(appeal)))
    varied = outcome == "vary"
    if varied:
        _require_measure(appeal, measure, until)
    draft = AppealDraft(
        appeal=appeal,
        number=appeal.drafts.count() + 1,
        outcome=outcome,
        reasons=reasons.strip(),
        measure=measure if varied else "",
        until=until if varied else None,
        lifted_when=lifted_when.strip() if varied else "",
        published_text=published_text.strip(),
        drafted_by_id=by.person_id,
        drafted_at=clock.now(),
    )
    detail = {
        "number": draft.number, "outcome": outcome, "reasons": reasons, "measure": draft.measure, "until": draft.until,
        "lifted_when": draft.lifted_when, "published": published_text,
    }  # fmt: skip
    record(appeal, "draft", by=by, detail=detail, rulebook=appeal.rulebook, about=about(appeal), tier=Tier.RESTRICTED)
    draft.save(force_insert=True)
    notices.draft_to_vote_on(appeal, draft)
    return draft


def _require_measure(appeal: Appeal, measure: str, until: date | None) -> None:
    """Another rung of the ladder than the one decided, for as long as the rulebook lets it last."""
    assert appeal.case is not None
    step = next((rung for rung in rules(appeal.rulebook).enforcement.ladder if rung.key == measure), None)
    if step is None:
        text = _("Say which measure takes the place of the one decided.")
        raise Refused(refused(text, code="no_measure", rule="enforcement.ladder"))
    require(within_months(step, until, measure=measure))


@as_deed
def vote(*, appeal: Appeal, seen: str, outcome: str, by: Actor, opinion: str = "") -> Appeal:
    """Vote, bound to what was read: `seen` is the digest that the page showed.

    With the vote by which more than half of the whole panel is for what the draft says, the appeal is decided, and its
    effect is in force when this transaction ends. Whoever votes for something else says why.
    """
    take(appeal)
    require(can(appeal, "vote", by))
    require(complete(appeal))
    draft = newest_draft(appeal)
    if draft is None:
        raise Refused(refused(_("There is no draft to vote on yet."), code="no_draft", rule="appeal.outcome"))
    content = digest_of(appeal, draft)
    require(read_this(seen, content))
    rows = votes_on(appeal, draft, content)
    require(votes_once(by, counted(rows)))
    if outcome != draft.outcome and not opinion.strip():
        raise Refused(refused(_("Say why you see it differently."), code="no_reason", rule="appeal.outcome"))
    detail = {"outcome": outcome, "digest": content, "draft": draft.number, "opinion": opinion}
    record(appeal, "vote", by=by, detail=detail, rulebook=appeal.rulebook, about=about(appeal), tier=Tier.RESTRICTED)
    mine = PanelVote.objects.create(
        draft=draft, member_id=by.person_id, body_id=by.organisation_id, outcome=outcome, opinion=opinion.strip(),
        digest=content, voted_at=clock.now(),
    )  # fmt: skip
    chosen = decided_by(counted([*rows, mine]), size=appeal.panel_size)
    if chosen == draft.outcome:
        _decide(appeal, draft, by)
    elif chosen:
        notices.another_draft_needed(appeal, chosen)
    return appeal


def _decide(appeal: Appeal, draft: AppealDraft, by: Actor) -> None:
    """The outcome, its effect and its publication: one transaction."""
    require(names_nobody(draft.published_text, names_kept_out(appeal)))
    take_effect(appeal, draft, by=SYSTEM)
    changes = {"outcome": draft.reasons, "decided_at": clock.now(), "draw_at": None}
    if appeal.stay == Appeal.Stay.GRANTED:
        changes["stay"] = Appeal.Stay.ENDED
    detail = {
        "outcome": draft.outcome, "reasons": draft.reasons, "measure": draft.measure, "until": draft.until,
        "draft": draft.number,
    }  # fmt: skip
    move(appeal, draft.outcome, by=by, changes=changes, detail=detail, rulebook=appeal.rulebook, about=about(appeal))
    _publish(appeal, draft)
    notices.appeal_decided(appeal)


def _publish(appeal: Appeal, draft: AppealDraft) -> PublishedDecision:
    """What everybody may read. Its entry is about nothing but itself, so that it leads to nobody."""
    published = PublishedDecision(
        reference=next_reference("AD"),
        appeal=appeal,
        against=appeal.against,
        ground=appeal.ground,
        outcome=draft.outcome,
        text=draft.published_text,
        members=len(appeal.sitting),
        bodies=len({seat.body_id for seat in appeal.sitting}),
        rulebook=appeal.rulebook,
        decided_on=clock.today(),
    )
    detail = {
        "against": published.against,
        "ground": published.ground,
        "outcome": published.outcome,
        "text": published.text,
    }
    return create(published, "publish", by=SYSTEM, rulebook=appeal.rulebook, detail=detail, tier=Tier.SCHEME)
