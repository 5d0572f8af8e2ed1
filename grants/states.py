"""Lifecycles of the catalogue, environments, grant requests, grants and holds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused

HOLD_STOPS = ("placed", "confirmed")
"""States of a hold in which it stops access: from the moment that it is placed."""
GRANT_LIVE = ("awaiting_agreement", "in_force")
"""States of a grant that has not ended."""


def own_provider(subject: Any, actor: Actor) -> Verdict:
    """Provider staff act on what belongs to their own provider."""
    if actor.has("system") or actor.body_id == subject.provider_id:
        return ALLOWED
    return refused(_("This belongs to another provider."), code="other_body", rule="grants.own_provider")


def own_institution(subject: Any, actor: Actor) -> Verdict:
    """People of an institution act on what belongs to their own institution."""
    if actor.has("system") or actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("This belongs to another institution."), code="other_body", rule="grants.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Case officers and reviewers work on cases of their own authority."""
    if actor.has("system") or actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(_("Another authority runs this case."), code="other_body", rule="grants.own_authority")


def own_authority_or_signatory(subject: Any, actor: Actor) -> Verdict:
    """Signatories come from every authority; case officers and reviewers from the one that runs the case."""
    return ALLOWED if actor.has("signatory") else own_authority(subject, actor)


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
    """A hold is lifted by a body that placed or confirmed it."""
    if actor.body_id in (hold.placed_body_id, hold.confirmed_body_id):
        return ALLOWED
    return refused(
        _("Only an authority that placed or confirmed this hold may lift it."), code="other_body", rule="hold.lift"
    )


MODEL = StateTable(
    noun="model",
    title="Model",
    states=(
        State("listed", _("Listed"), "The provider's model family can be asked for, release by release."),
        State("unlisted", _("Unlisted"), "No new release is added, and none can be asked for any more.", final=True),
    ),
    moves=(
        Move(
            "list", (), "listed", roles("provider_staff", "system"), _("List a model"), _("Model listed"), own_provider
        ),
        Move(
            "unlist", ("listed",), "unlisted", roles("provider_staff"), _("Unlist"), _("Model unlisted"), own_provider
        ),
    ),
)

RELEASE = StateTable(
    noun="release",
    title="Release",
    states=(
        State("announced", _("Announced"), "Can be asked for; nothing can be used before it is released."),
        State("released", _("Released"), "Can be asked for and used where a grant line covers it."),
        State("retired", _("Retired"), "Cannot be used or asked for any more, whatever was granted.", final=True),
    ),
    moves=(
        Move(
            "announce", (), "announced", roles("provider_staff", "system"), _("Announce a release"),
            _("Release announced"), own_provider,
        ),
        Move(
            "release", ("announced",), "released", roles("provider_staff", "system"), _("Release it"),
            _("Released"), own_provider,
        ),
        Move(
            "retire", ("announced", "released"), "retired", roles("provider_staff"), _("Retire it"),
            _("Release retired"), own_provider,
        ),
    ),
)  # fmt: skip

ENVIRONMENT = StateTable(
    noun="environment",
    title="Environment",
    states=(
        State("registered", _("Registered"), "Described, but its safeguards are not attested yet."),
        State("attested", _("Attested"), "Its safeguards are attested; an authority has not looked at them yet."),
        State("accredited", _("Accredited"), "An authority accepted what was attested, until a date."),
        State("suspended", _("Suspended"), "An attested fact changed, or an authority stopped it. Nothing runs here."),
        State("closed", _("Closed"), "No longer used.", final=True),
    ),
    moves=(
        Move(
            "register", (), "registered", roles("applicant"), _("Register an environment"),
            _("Environment registered"), own_institution,
        ),
        Move(
            "attest", ("registered", "attested"), "attested", roles("applicant"), _("Attest safeguards"),
            _("Safeguards attested"), own_institution,
        ),
        Move(
            "drift", ("accredited", "suspended"), "suspended", roles("applicant"), _("Report a change"),
            _("Attested facts changed; accreditation is suspended until an authority has looked"), own_institution,
        ),
        Move(
            "accredit", ("attested", "suspended", "accredited"), "accredited", roles("case_officer"), _("Accredit"),
            _("Environment accredited"),
        ),
        Move(
            "suspend", ("accredited",), "suspended", roles("case_officer", "system"), _("Suspend"),
            _("Accreditation suspended"),
        ),
        Move(
            "close", ("registered", "attested", "accredited", "suspended"), "closed", roles("applicant"), _("Close"),
            _("Environment closed"), own_institution,
        ),
    ),
)  # fmt: skip

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
        Move("sign", ("awaiting_signatures",), None, roles("signatory"), _("Sign"), _("Signed")),
        Move(
            "send_back", ("awaiting_signatures",), "under_review", roles("signatory"), _("Refuse to sign"),
            _("A signatory refused; back in review"),
        ),
        Move("grant", ("awaiting_signatures",), "granted", roles("signatory"), _("Grant"), _("Granted line by line")),
        Move("refuse", ("awaiting_signatures",), "refused", roles("signatory"), _("Refuse"), _("Request refused")),
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
        State("expired", _("Expired"), "Its last day has passed.", final=True),
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
            "supersede", ("in_force",), "superseded", roles("representative"), _("Supersede"),
            _("Superseded by a later grant"), own_institution,
        ),
        Move(
            "surrender", GRANT_LIVE, "surrendered", roles("administrator"), _("Give the grant back"),
            _("Grant surrendered"), own_institution,
        ),
        Move("revoke", GRANT_LIVE, "revoked", roles("signatory"), _("Revoke"), _("Grant revoked")),
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
        State("lifted", _("Lifted"), "No longer stops anything.", final=True),
        State("lapsed", _("Lapsed"), "Nobody confirmed it in time. Everybody concerned was told.", final=True),
    ),
    moves=(
        Move("place", (), "placed", roles("signatory", "system"), _("Place a hold"), _("Hold placed")),
        Move(
            "confirm", ("placed",), "confirmed", roles("signatory"), _("Confirm"), _("Hold confirmed"), other_signatory,
        ),
        Move("remind", ("placed",), None, roles("system"), _("Remind"), _("Signatories reminded to confirm")),
        Move("lift", HOLD_STOPS, "lifted", roles("signatory"), _("Lift"), _("Hold lifted"), concerned_signatory),
        Move(
            "lapse", ("placed",), "lapsed", roles("system"), _("Lapse"), _("Hold lapsed: nobody confirmed it in time"),
        ),
    ),
)  # fmt: skip
