"""Lifecycles of the catalogue, environments, grant requests, grants and holds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from grants.states_places import (
    ENVIRONMENT,
    MODEL,
    RE_REVIEW,
    RELEASE,
    STATEMENT_CATALOGUE,
    own_institution,
    own_provider,
)
from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

__all__ = ["ENVIRONMENT", "MODEL", "RELEASE", "RE_REVIEW", "STATEMENT_CATALOGUE"]

HOLD_STOPS = ("placed", "confirmed")
"""States of a hold in which it stops access: from the moment that it is placed."""
GRANT_LIVE = ("awaiting_agreement", "in_force")
"""States of a grant that has not ended."""


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Case officers and reviewers work on cases of their own authority."""
    if actor.has("system") or actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(_("Another authority runs this case."), code="other_body", rule="grants.own_authority")


def own_authority_or_signatory(subject: Any, actor: Actor) -> Verdict:
    """Signatories come from every authority; case officers and reviewers from the one that runs the case."""
    return ALLOWED if actor.has("signatory") else own_authority(subject, actor)


def own_authority_or_signatory_of_grant(measure: Any, actor: Actor) -> Verdict:
    """Case officers propose measures on grants of their own authority, signatories on any."""
    return own_authority_or_signatory(measure.grant, actor)


def own_proposal(measure: Any, actor: Actor) -> Verdict:
    """Only whoever proposed a measure takes it back."""
    if actor.has("system") or actor.user_id == measure.proposed_by_id:
        return ALLOWED
    return refused(
        _("Only whoever proposed it takes it back. You can refuse to sign it."), code="not_yours", rule="measure.drop"
    )


def other_signatory(hold: Any, actor: Actor) -> Verdict:
    """An emergency hold is confirmed by somebody else, of another body (rulebook: enforcement.emergency.other_body)."""
    rule = "enforcement.emergency.other_body"
    if actor.user_id == hold.placed_by_id:
        return refused(_("You placed this hold. Somebody else must confirm it."), code="own_hold", rule=rule)
    if actor.body_id == hold.placed_body_id:
        return refused(
            _("Your authority placed this hold. A signatory of another authority must confirm it."),
            code="same_body",
            rule=rule,
        )
    return ALLOWED


def concerned_signatory(hold: Any, actor: Actor) -> Verdict:
    """A hold is lifted by a body that placed or confirmed it, or by the portal when a decision above says so."""
    if actor.has("system") or actor.body_id in (hold.placed_body_id, hold.confirmed_body_id):
        return ALLOWED
    return refused(
        _("Only an authority that placed or confirmed this hold may lift it."), code="other_body", rule="hold.lift"
    )


IN_HAND = ("submitted", "under_review", "awaiting_partner", "awaiting_provider", "awaiting_signatures")
"""States of a request in which an authority has it."""
_OPEN = ("draft", "submitted", "under_review", "awaiting_partner", "awaiting_provider", "awaiting_signatures")

GRANT_REQUEST = StateTable(
    noun="grant_request",
    title="Grant request",
    states=(
        State("draft", _("Draft"), "The institution is writing it."),
        State("submitted", _("Submitted"), "Waits for a case officer."),
        State("under_review", _("Under review"), "An authority reviews it line by line."),
        State(
            "awaiting_partner", _("Waiting for the partner"), "A question is open. The authority's clock stands still.",
        ),
        State(
            "awaiting_provider", _("Waiting for the provider"), "Providers answer line by line. Silence is no consent.",
        ),
        State("awaiting_signatures", _("Waiting for signatures"), "Signatories of several authorities read and sign."),
        State("granted", _("Granted"), "A grant was issued for the lines that were granted.", final=True),
        State("refused", _("Refused"), "Decided: no line was granted.", final=True),
        State("withdrawn", _("Withdrawn"), "Taken back by the institution.", final=True),
    ),
    moves=(
        Move("begin", (), "draft", roles("applicant"), _("Begin a request"), _("Request begun"), own_institution),
        Move(
            "begin_anew", (), "draft", roles("system"), _("Begin anew"),
            _("What was refused or narrowed is asked for once more: the decision was set aside on appeal"),
        ),
        Move(
            "send_anew", ("draft",), "submitted", roles("system"), _("Send anew"),
            _("Sent as it was asked and declared, to be decided anew by others"),
        ),
        Move("edit", ("draft",), None, roles("applicant"), _("Change the lines"), _("Lines changed"), own_institution),
        Move(
            "ask_to_sign", ("draft",), None, roles("applicant"), _("Ask for the declaration"),
            _("Authorised representatives asked to declare and send"), own_institution,
        ),
        Move(
            "submit", ("draft",), "submitted", roles("representative"), _("Send to the authority"),
            _("Request submitted"), own_institution,
        ),
        Move(
            "take_up", ("submitted",), "under_review", roles("case_officer"), _("Take up and assign a reviewer"),
            _("Taken up by a case officer"), own_authority,
        ),
        Move(
            "assign", ("under_review",), None, roles("case_officer"), _("Assign a reviewer"), _("Reviewer assigned"),
            own_authority,
        ),
        Move(
            "declare", IN_HAND, None, roles("reviewer", "signatory", "case_officer"), _("Declare interests"),
            _("Declared their interests in the case"), own_authority_or_signatory,
        ),
        Move(
            "review_line", ("under_review",), None, roles("reviewer"), _("Review a line"), _("Line reviewed"),
            own_authority,
        ),
        Move(
            "ask", ("under_review",), "awaiting_partner", roles("reviewer", "case_officer"), _("Ask the partner"),
            _("Question asked"), own_authority,
        ),
        Move(
            "answer", ("awaiting_partner",), "under_review", roles("applicant"), _("Answer"), _("Question answered"),
            own_institution,
        ),
        Move(
            "send_to_provider", ("under_review",), "awaiting_provider", roles("case_officer"),
            _("Send to the providers"), _("Sent to the providers for consent"), own_authority,
        ),
        Move(
            "consent", ("awaiting_provider",), None, roles("provider_staff"), _("Answer for a line"),
            _("Provider answered for a line"),
        ),
        Move(
            "return_to_review", ("awaiting_provider",), "under_review", roles("case_officer"),
            _("Take back into review"), _("Taken back into review"), own_authority,
        ),
        Move(
            "send_to_signatories", ("under_review", "awaiting_provider"), "awaiting_signatures", roles("case_officer"),
            _("Send to the signatories"), _("Sent to the signatories"), own_authority,
        ),
        Move("remind", ("awaiting_provider",), None, roles("system"), _("Remind"), _("Providers reminded")),
        Move(
            "miss_consent", ("awaiting_provider",), None, roles("system"), _("Mark as late"),
            _("The providers' time is over and lines are without an answer"),
        ),
        Move(
            "extend_consent", ("awaiting_provider",), None, roles("case_officer"), _("Give providers more time"),
            _("Providers were given more time"), own_authority,
        ),
        Move("sign", ("awaiting_signatures",), None, roles("signatory"), _("Sign"), _("Signed")),
        Move(
            "send_back", ("awaiting_signatures",), "under_review", roles("signatory"), _("Refuse to sign"),
            _("A signatory refused; back in review"),
        ),
        Move("grant", ("awaiting_signatures",), "granted", roles("signatory"), _("Grant"), _("Granted line by line")),
        Move("refuse", ("awaiting_signatures",), "refused", roles("signatory"), _("Refuse"), _("Request refused")),
        Move(
            "set_aside", ("granted", "refused"), None, roles("system"), _("Set the decision aside"),
            _("What was refused or narrowed was set aside on appeal"),
        ),
        Move(
            "withdraw", _OPEN, "withdrawn", roles("applicant"), _("Withdraw the request"), _("Request withdrawn"),
            own_institution,
        ),
    ),
)  # fmt: skip

GRANT = StateTable(
    noun="grant",
    title="Grant",
    states=(
        State(
            "awaiting_agreement", _("Waiting for the agreement"),
            "Signed by the authorities. Nothing may be used before the institution accepts the agreement.",
        ),
        State("in_force", _("In force"), "Gateways permit what its lines cover, unless something holds it."),
        State("expired", _("Expired"), "Its last day has passed, or no line of it is left.", final=True),
        State("superseded", _("Superseded"), "A later grant took its place.", final=True),
        State("surrendered", _("Surrendered"), "Given back by the institution.", final=True),
        State("revoked", _("Revoked"), "Ended by the authorities.", final=True),
    ),
    moves=(
        Move("issue", (), "awaiting_agreement", roles("signatory"), _("Issue"), _("Grant issued")),
        Move(
            "accept", ("awaiting_agreement",), "in_force", roles("representative"), _("Accept the agreement"),
            _("Agreement accepted; the grant is in force"), own_institution,
        ),
        Move("remind", GRANT_LIVE, None, roles("system"), _("Remind"), _("Reminder of the end of the grant")),
        Move("expire", GRANT_LIVE, "expired", roles("system"), _("Expire"), _("Grant expired")),
        Move(
            "supersede", GRANT_LIVE, "superseded", roles("representative"), _("Supersede"),
            _("Superseded by a later grant"), own_institution,
        ),
        Move(
            "surrender", GRANT_LIVE, "surrendered", roles("administrator"), _("Give the grant back"),
            _("Grant surrendered"), own_institution,
        ),
        Move(
            "surrender_line", ("in_force",), None, roles("administrator"), _("Give a line back"),
            _("Line surrendered"), own_institution,
        ),
        Move("end_line", GRANT_LIVE, None, roles("system"), _("End a line"), _("The last day of a line has passed")),
        Move("revoke", GRANT_LIVE, "revoked", roles("signatory", "system"), _("Revoke"), _("Grant revoked")),
        Move(
            "restore", ("revoked",), "in_force", roles("system"), _("Restore"),
            _("In force again: the decision that revoked it does not stand"),
        ),
        Move("narrow", GRANT_LIVE, None, roles("signatory"), _("Narrow a line"), _("A line was narrowed")),
        Move(
            "cap_line", GRANT_LIVE, None, roles("system"), _("Lower the limits of a line"),
            _("The limits of a line are lower while a decision has effect"),
        ),
        Move(
            "uncap_line", ("awaiting_agreement", "in_force", "expired", "superseded", "surrendered", "revoked"), None,
            roles("system"), _("End lower limits"), _("The limits of a line are as agreed again"),
        ),
        Move(
            "renew_agreement", ("awaiting_agreement",), None, roles("signatory", "provider_staff", "system"),
            _("Make the agreement anew"), _("The lines changed: the agreement was made anew"),
        ),
    ),
)  # fmt: skip

HOLD = StateTable(
    noun="hold",
    title="Hold",
    states=(
        State(
            "placed", _("Placed"),
            "Access is stopped. An emergency hold lapses unless another body confirms it in time.",
        ),
        State("confirmed", _("Confirmed"), "Access is stopped until the hold is lifted."),
        State("stayed", _("Stayed"), "An appeal panel lets access go on until it has decided."),
        State("lifted", _("Lifted"), "No longer stops anything.", final=True),
        State("lapsed", _("Lapsed"), "Nobody confirmed it in time. Everybody concerned was told.", final=True),
    ),
    moves=(
        Move("place", (), "placed", roles("signatory", "system"), _("Place a hold"), _("Hold placed")),
        Move(
            "confirm", ("placed",), "confirmed", roles("signatory"), _("Confirm"), _("Hold confirmed"), other_signatory,
        ),
        Move("remind", ("placed",), None, roles("system"), _("Remind"), _("Signatories reminded to confirm")),
        Move(
            "lift", (*HOLD_STOPS, "stayed"), "lifted", roles("signatory", "system"), _("Lift"), _("Hold lifted"),
            concerned_signatory,
        ),
        Move(
            "lapse", ("placed",), "lapsed", roles("system"), _("Lapse"), _("Hold lapsed: nobody confirmed it in time"),
        ),
        Move("stay", HOLD_STOPS, "stayed", roles("system"), _("Stay"), _("Hold stayed while an appeal is heard")),
        Move(
            "resume", ("stayed",), "confirmed", roles("system"), _("Resume"), _("The stay ended: the hold stops again"),
        ),
        Move(
            "resume_unconfirmed", ("stayed",), "placed", roles("system"), _("Resume"),
            _("The stay ended: the hold stops again, and waits to be confirmed"),
        ),
    ),
)  # fmt: skip

CONSENT_WITHDRAWAL = StateTable(
    noun="consent_withdrawal",
    title="Withdrawal of consent",
    states=(
        State(
            "noticed", _("Notice given"),
            "The line ends on the day named, the rulebook's working days from the notice, unless it is taken back.",
        ),
        State("in_effect", _("In effect"), "The day has come: the line permits nothing any more.", final=True),
        State("taken_back", _("Taken back"), "Taken back before the day: the line goes on as granted.", final=True),
    ),
    moves=(
        Move(
            "give_notice", (), "noticed", roles("provider_staff"), _("Withdraw consent"),
            _("The provider gave notice that it withdraws its consent to a line"), own_provider,
        ),
        Move(
            "take_back", ("noticed",), "taken_back", roles("provider_staff"), _("Take the withdrawal back"),
            _("The provider took its withdrawal back"), own_provider,
        ),
        Move(
            "take_effect", ("noticed",), "in_effect", roles("system"), _("Take effect"),
            _("The consent to a line has ended, and the line with it"),
        ),
    ),
)  # fmt: skip

GRANT_MEASURE = StateTable(
    noun="grant_measure",
    title="Measure on a grant",
    states=(
        State("proposed", _("Proposed"), "Waits for the quorum. The grant stays as it is until then."),
        State("in_effect", _("In effect"), "Signed by the quorum. It holds from that moment on.", final=True),
        State("rejected", _("Rejected"), "A signatory refused. The grant stays as it is.", final=True),
        State("dropped", _("Dropped"), "Taken back by whoever proposed it, or the grant ended first.", final=True),
    ),
    moves=(
        Move(
            "propose", (), "proposed", roles("case_officer", "signatory"), _("Propose"), _("Measure proposed"),
            own_authority_or_signatory_of_grant,
        ),
        Move("sign", ("proposed",), None, roles("signatory"), _("Sign"), _("Signed")),
        Move("reject", ("proposed",), "rejected", roles("signatory"), _("Refuse to sign"), _("Rejected")),
        Move(
            "take_effect", ("proposed",), "in_effect", roles("signatory"), _("Put into effect"),
            _("Signed by the quorum; in effect"),
        ),
        Move(
            "drop", ("proposed",), "dropped", roles("case_officer", "signatory", "system"), _("Take it back"),
            _("Taken back"), own_proposal,
        ),
    ),
)  # fmt: skip
