"""Whether somebody may do something with a case as it stands, beyond role and state; each with the reason if not."""

from __future__ import annotations

from collections.abc import Callable

from partners.queries.case import Case
from partners.rules.case import may_recommend, may_send
from partners.rules.hands import may_review, may_screen, no_conflict
from partners.rules.quorum import may_sign
from partners.rules.screening.hits import all_looked_at
from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, first_refusal


def asking_verdict(case: Case, by: Actor) -> Verdict:
    """Assigned reviewers, and case officers and signatories who declared no conflict, may ask."""
    if by.has("reviewer") and by.user_id in case.hands.assigned:
        return may_review(case.hands, by)
    return no_conflict(case.hands, by)


def recommendation_verdict(case: Case, by: Actor) -> Verdict:
    """Whether the reviewer has come far enough to recommend."""
    return may_recommend(unassessed=case.unassessed_by(by.user_id), open_queries=len(case.open_queries))


def screening_verdict(case: Case) -> Verdict:
    """Whether all names were compared, and whatever resembles a listed one was looked at."""
    return all_looked_at(open_hits=case.open_hits, waiting=case.unscreened)


def signing_verdict(case: Case, by: Actor) -> Verdict:
    """Whether the actor may sign or refuse the case as it stands now."""
    return first_refusal(_may_sign(case, by), lambda: screening_verdict(case))


def _may_sign(case: Case, by: Actor) -> Verdict:
    return may_sign(
        case.quorum,
        case.hands,
        case.signed,
        by,
        home=case.application.authority_id,
        open_queries=len(case.open_queries),
        outdated=case.is_outdated,
    )


def further_verdict(verb: str, case: Case, actor: Actor) -> Verdict:
    """What has to be true besides role and state, with the reason where it is not."""
    hands = case.hands
    checks: dict[str, Callable[[], Verdict]] = {
        "screen": lambda: may_screen(hands, actor),
        "set_tier": lambda: may_screen(hands, actor),
        "assign": lambda: may_screen(hands, actor),
        "ask_outside": lambda: may_screen(hands, actor),
        "return_to_review": lambda: may_screen(hands, actor),
        "assess": lambda: may_review(hands, actor),
        "recommend": lambda: first_refusal(may_review(hands, actor), lambda: recommendation_verdict(case, actor)),
        "send_to_signatories": lambda: first_refusal(
            may_screen(hands, actor),
            lambda: may_send(
                recommendations=len(case.current_recommendations),
                quorum=case.quorum,
                open_queries=len(case.open_queries),
            ),
            lambda: screening_verdict(case),
        ),
        "ask": lambda: asking_verdict(case, actor),
        "ask_before_signing": lambda: asking_verdict(case, actor),
        "sign": lambda: signing_verdict(case, actor),
        "refuse": lambda: signing_verdict(case, actor),
    }
    return checks.get(verb, lambda: ALLOWED)()
