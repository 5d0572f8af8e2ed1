"""Rules on applications and qualifications: verdicts on facts passed in; no queries, no writes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Refused, Verdict, first_refusal, refused
from portal.rulebook.schema import QuorumRule

EU_MEMBERS = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905
)
"""Member states of the European Union, for whose institutions an authority of the Union can stand in."""


def body_of(actor: Actor) -> UUID:
    """The body in whose name the actor acts. Raises Refused for somebody who acts for none."""
    if actor.body_id is None:
        raise Refused(refused(_("You act for no organisation."), code="no_body", rule="roles"))
    return actor.body_id


# --- the home authority ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AuthorityLoad:
    """An active authority, since when it takes part, and how many cases it has open."""

    id: UUID
    jurisdiction: str
    since: datetime
    open_cases: int


def home_authority(jurisdiction: str, authorities: Iterable[AuthorityLoad]) -> UUID | None:
    """The authority that runs the cases of an institution of that jurisdiction, or None where there is none at all.

    That of the jurisdiction itself; where it has none, one of the European Union for its members; else the one
    with the fewest open cases. Among equals the one that takes part the longest.
    """
    known = list(authorities)
    own = [item for item in known if item.jurisdiction == jurisdiction]
    union = [item for item in known if item.jurisdiction == "EU" and jurisdiction in EU_MEMBERS]
    if own or union:
        return min(own or union, key=lambda item: (item.since, item.id)).id
    return min(known, key=lambda item: (item.open_cases, item.since, item.id)).id if known else None


# --- starting and sending -------------------------------------------------------------------------


def may_begin(
    kind: str, *, has_open: bool, qualified: bool, live: bool, removed_until: date | None, barred: bool
) -> Verdict:
    """One open application at a time, from one that is not barred; a renewal or change needs a live qualification."""
    if barred:
        until = _("for good") if removed_until is None else _("until %(day)s") % {"day": f"{removed_until:%-d %B %Y}"}
        return refused(
            _("Your institution was removed from the scheme %(until)s and can’t apply before.") % {"until": until},
            code="removed",
            rule="enforcement.ladder.removal",
        )
    if has_open:
        return refused(
            _("You have an application under way. Finish or withdraw it first."),
            code="open_application",
            rule="application",
        )
    if kind == "initial" and live:
        return refused(
            _("Your institution holds a qualification. Ask for a renewal or report a change instead."),
            code="already_qualified",
            rule="application.kind",
        )
    if kind != "initial" and not qualified:
        return refused(
            _("A renewal or change needs a qualification that is in force. Make an initial application."),
            code="not_qualified",
            rule="application.kind",
        )
    return ALLOWED


def may_submit(*, complete: bool, missing_sections: Sequence[str], declared: bool) -> Verdict:
    """Everything that is asked is answered, and every declaration of the rulebook is made."""
    if not complete:
        return refused(
            _("These sections are not complete yet: %(names)s.") % {"names": ", ".join(missing_sections)},
            code="incomplete",
            rule="questionnaire",
        )
    if not declared:
        return refused(
            _("Make every declaration, or ask someone who is entitled to bind your institution."),
            code="not_declared",
            rule="declarations",
        )
    return ALLOWED


# --- asking outside -------------------------------------------------------------------------------

ANSWERABLE = frozenset({"draft", "submitted", "under_review", "awaiting_applicant"})
"""States in which what a third party says can still be weighed."""


def may_ask_outside(state: str, *, known: bool = False, asked: int = 0, most: int = 1) -> Verdict:
    """Until the signatories have the case; nobody twice in one case, and not more people than `most`."""
    if state not in ANSWERABLE:
        return refused(
            _("This application has gone on to its decision or is closed, so nothing more is asked about it."),
            code="case_closed",
            rule="referee.answer",
        )
    if known:
        return refused(
            _("This person was asked already. Send them a new link instead."), code="asked_before", rule="referee.ask"
        )
    if asked >= most:
        return refused(
            _("%(most)s people were asked. Take one of these questions back first.") % {"most": most},
            code="too_many",
            rule="referee.ask",
        )
    return ALLOWED


def link_opens(state: str, case_state: str, *, expired: bool) -> Verdict:
    """Whether a third party's link still opens: it works once, for its time, while the case can hear it."""
    reasons = {
        "answered": _("Your answer has been received. The link has done its work."),
        "declined": _("You told us that you will not answer. If you changed your mind, ask for a new link."),
        "withdrawn": _("The question was taken back, so there is nothing to answer."),
        "expired": _("The time of this link is over. Whoever asked you can send a new one."),
    }
    if state in reasons:
        return refused(reasons[state], code=state, rule="referee.answer")
    if expired:
        return refused(reasons["expired"], code="expired", rule="referee.answer")
    return may_ask_outside(case_state)


def outside_address(*, member: bool) -> Verdict:
    """A third party is nobody of the institution itself."""
    if not member:
        return ALLOWED
    return refused(
        _("This address belongs to somebody of the institution. Ask somebody outside it."),
        code="own_member",
        rule="referee.ask",
    )


# --- who may touch a case -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hands:
    """Who had a part in a case, as ids of accounts."""

    authors: frozenset[UUID] = frozenset()
    screeners: frozenset[UUID] = frozenset()
    assessors: frozenset[UUID] = frozenset()
    conflicted: frozenset[UUID] = frozenset()
    clear: frozenset[UUID] = frozenset()
    assigned: frozenset[UUID] = frozenset()


def no_conflict(hands: Hands, actor: Actor) -> Verdict:
    """A person declares first that they have no conflict of interest; one with a conflict does nothing more here."""
    if actor.user_id in hands.conflicted:
        return refused(
            _("You declared a conflict of interest, so this case is closed to you."),
            code="conflict_of_interest",
            rule="conflict",
        )
    if actor.user_id in hands.authors:
        return refused(
            _("You took part in this application for the institution, so you can’t work on it for an authority."),
            code="own_case",
            rule="separation.author",
        )
    if actor.user_id not in hands.clear:
        return refused(
            _("First declare whether you have a conflict of interest in this case."),
            code="not_declared",
            rule="conflict",
        )
    return ALLOWED


def may_screen(hands: Hands, actor: Actor) -> Verdict:
    """A case officer without a conflict who has not assessed the case."""
    return first_refusal(
        no_conflict(hands, actor),
        lambda: _not_among(
            hands.assessors, actor, _("You assessed this case, so someone else screens it."), "assessor"
        ),
    )


def may_be_assigned(user_id: UUID, hands: Hands) -> Verdict:
    """A reviewer had no other part in the case, and has no conflict."""
    if user_id in hands.conflicted:
        return refused(
            _("This person declared a conflict of interest. Assign someone else."),
            code="conflict_of_interest",
            rule="conflict",
        )
    if user_id in hands.authors | hands.screeners:
        return refused(
            _("Whoever wrote or screened a case can’t review it. Assign someone else."),
            code="had_a_part",
            rule="separation.reviewer",
        )
    if user_id in hands.assigned:
        return refused(_("This person is assigned already."), code="assigned", rule="application.assign")
    return ALLOWED


def may_review(hands: Hands, actor: Actor) -> Verdict:
    """An assigned reviewer who declared no conflict and did not screen the case."""
    if actor.user_id not in hands.assigned:
        return refused(_("You are not assigned to this case."), code="not_assigned", rule="application.assign")
    return first_refusal(
        no_conflict(hands, actor),
        lambda: _not_among(
            hands.screeners, actor, _("You screened this case, so someone else assesses it."), "screener"
        ),
    )


def _not_among(people: frozenset[UUID], actor: Actor, reason: str, part: str) -> Verdict:
    if actor.user_id in people:
        return refused(reason, code="had_a_part", rule=f"separation.{part}")
    return ALLOWED


# --- what has to come first -----------------------------------------------------------------------


def nothing_open(open_queries: int) -> Verdict:
    """No question waits for its answer."""
    if open_queries == 0:
        return ALLOWED
    return refused(
        ngettext(
            "One question to the institution is open. Wait for the answer, or withdraw the question.",
            "%(count)s questions to the institution are open. Wait for the answers, or withdraw the questions.",
            open_queries,
        )
        % {"count": open_queries},
        code="open_query",
        rule="application.open_query",
    )


def may_recommend(*, unassessed: Sequence[str], open_queries: int) -> Verdict:
    """The reviewer has assessed every section as it stands now, and no question is open."""
    if unassessed:
        return refused(
            _("Assess these sections first, as they stand now: %(names)s.") % {"names": ", ".join(unassessed)},
            code="not_assessed",
            rule="application.recommend",
        )
    return nothing_open(open_queries)


def may_send(*, recommendations: int, quorum: QuorumRule, open_queries: int) -> Verdict:
    """As many reviewers as the quorum asks for have recommended on what stands now, and no question is open."""
    if recommendations < quorum.assessors:
        return refused(
            ngettext(
                "The rulebook asks for %(need)s recommendation on the present revision; there are %(have)s.",
                "The rulebook asks for %(need)s recommendations on the present revision; there are %(have)s.",
                quorum.assessors,
            )
            % {"need": quorum.assessors, "have": recommendations},
            code="not_recommended",
            rule="quorum.assessors",
        )
    return nothing_open(open_queries)


# --- signatures -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that counts: who, for which body, of which jurisdiction and kind."""

    person: UUID
    body: UUID
    jurisdiction: str
    kind: str = "authority"


@dataclass(frozen=True, slots=True)
class QuorumState:
    """How far a quorum is. `missing` has a sentence for each thing that is."""

    rule: QuorumRule
    signatures: int
    bodies: int
    jurisdictions: int
    missing: tuple[str, ...]

    @property
    def met(self) -> bool:
        return not self.missing


def quorum_state(rule: QuorumRule, signed: Sequence[Signed], *, home: UUID | None) -> QuorumState:
    """Counts distinct people, bodies and jurisdictions; `home` is the authority that runs the case, if one does yet."""
    people = {item.person for item in signed if item.kind in rule.kinds}
    bodies = {item.body for item in signed if item.kind in rule.kinds}
    countries = {item.jurisdiction for item in signed if item.kind in rule.kinds}
    missing = []
    if (short := rule.signatures - len(people)) > 0:
        missing.append(ngettext("%(n)s more signature", "%(n)s more signatures", short) % {"n": short})
    if (short := rule.bodies - len(bodies)) > 0:
        missing.append(
            ngettext("a signature of %(n)s more authority", "signatures of %(n)s more authorities", short)
            % {"n": short}
        )
    if (short := rule.jurisdictions - len(countries)) > 0:
        missing.append(
            ngettext("a signature from %(n)s more country", "signatures from %(n)s more countries", short)
            % {"n": short}
        )
    if rule.home and home not in bodies:
        missing.append(_("a signature of the home authority"))
    return QuorumState(rule, len(people), len(bodies), len(countries), tuple(missing))


def may_sign(
    rule: QuorumRule,
    hands: Hands,
    signed: Sequence[Signed],
    actor: Actor,
    *,
    home: UUID,
    open_queries: int,
    outdated: bool,
) -> Verdict:
    """Whether the actor may sign or refuse: right kind of body, no earlier part, no conflict, not twice, nothing open.

    The last places of a quorum are kept for those who can still meet it, so that one body cannot use them up.
    """
    if actor.body_kind not in rule.kinds or actor.body_id is None:
        return refused(_("Bodies of your kind don’t sign this decision."), code="wrong_body", rule="quorum.kinds")
    barred = {"author": hands.authors, "case_officer": hands.screeners, "assessor": hands.assessors}
    for part in rule.without:
        if actor.user_id in barred.get(part, frozenset()):
            return refused(
                _("You wrote, screened or assessed this case, so someone else has to sign it."),
                code="had_a_part",
                rule="quorum.without",
            )
    if any(item.person == actor.user_id for item in signed):
        return refused(_("You have signed this already."), code="signed", rule="quorum.signatures")
    return first_refusal(
        no_conflict(hands, actor),
        lambda: nothing_open(open_queries),
        lambda: _as_assessed(outdated),
        lambda: _room_for(rule, signed, actor, home),
    )


def _as_assessed(outdated: bool) -> Verdict:
    if not outdated:
        return ALLOWED
    return refused(
        _("An answer changed after it was assessed. The case officer has to take the case back for review first."),
        code="outdated",
        rule="application.recommend",
    )


def _room_for(rule: QuorumRule, signed: Sequence[Signed], actor: Actor, home: UUID) -> Verdict:
    """Whether this signature leaves enough places for the bodies and the home authority that are still missing."""
    left = rule.signatures - len({item.person for item in signed}) - 1
    bodies = {item.body for item in signed} | {actor.body_id}
    needed = max(rule.bodies - len(bodies), 1 if rule.home and home not in bodies else 0)
    if left >= needed:
        return ALLOWED
    return refused(
        _("The signatures that are still missing have to come from other authorities."),
        code="other_body_needed",
        rule="quorum.bodies",
    )


# --- documents ------------------------------------------------------------------------------------

WIDTH = ("red", "amber_strict", "amber", "green", "clear")
"""Markings of the Traffic Light Protocol 2.0, from the narrowest to the widest."""


def may_read_in_full(marking: str, *, own: bool, home: bool, named: bool) -> Verdict:
    """Whether a reader who may open the case, or is of the institution itself, gets the document and not a copy.

    - The institution's own people always read it in full.
    - CLEAR, GREEN and AMBER: whoever may open a case in which it was sent.
    - AMBER+STRICT, the recipient's organisation only: people of the authority that runs the case (`home`).
    - RED, for the eyes of individual recipients: of these, the ones who work on the case by name (`named`).

    Everybody else who may open the case gets the newest redacted copy that its own marking, by this same rule,
    lets them read. Nobody gets anything who may not open the case. Source: FIRST, TLP 2.0.
    """
    if own or marking in ("clear", "green", "amber"):
        return ALLOWED
    if marking == "amber_strict":
        if home:
            return ALLOWED
        reason = _(
            "This document is marked TLP:AMBER+STRICT: only people of the authority that runs the case read it, and the"
            " institution has given no redacted copy. Ask for one."
        )
    else:
        if home and named:
            return ALLOWED
        reason = _(
            "This document is marked TLP:RED: only those who work on the case by name at the authority that runs it"
            " read it, and the institution has given no redacted copy. Ask for one."
        )
    return refused(reason, code="marking", rule="evidence.marking")


def is_wider(marking: str, than: str) -> bool:
    """Whether a marking lets more people read than another: a redacted copy that does not is of no use."""
    return WIDTH.index(marking) > WIDTH.index(than)


def may_replace(*, stored: bool, is_copy: bool, has_successor: bool) -> Verdict:
    """A new version or a redacted copy belongs to a stored document; only the newest version is replaced."""
    if is_copy:
        return refused(
            _("This is a redacted copy. Add another to the document that it belongs to."),
            code="redacted_copy",
            rule="evidence.version",
        )
    if not stored:
        return refused(
            _("Only a stored document has versions. Upload it again instead."),
            code="not_stored",
            rule="evidence.version",
        )
    if has_successor:
        return refused(
            _("There is a newer version of this document. Start from that one."),
            code="replaced",
            rule="evidence.version",
        )
    return ALLOWED


def notice_due(left: int, sent: int | None, notices: Sequence[int]) -> int | None:
    """The narrowest of the notices (days before an end) that `left` days have reached, unless it was sent already."""
    if left < 0:
        return None
    narrowest = min((days for days in notices if left <= days), default=None)
    return narrowest if narrowest is not None and (sent is None or sent > narrowest) else None
