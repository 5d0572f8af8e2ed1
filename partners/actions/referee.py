"""Third parties: asked by a link that works once, and by a code from their mailbox; they need no account."""

from __future__ import annotations

import secrets
from datetime import timedelta

from partners import notices
from partners.mail import referee_code_mail, referee_mail
from partners.models import Application, Referee
from partners.queries.people import assigned_reviewers
from partners.queries.referee import new_code
from partners.rules.referee import link_opens, may_ask_outside, outside_address
from partners.states.referee import ASKED_OF
from portal.accounts.models import User
from portal.accounts.models.invitation import token_hash
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.workflow import as_deed, create, lock, move, record

VALID_FOR = timedelta(days=21)
"""How long a link works. A reminder with a new link, valid for as long again, goes out once, in its last week."""
MOST = 6
"""People of one body who may be asked in one case."""


def referee_actor(referee: Referee) -> Actor:
    """The third party itself, after it showed that it reads the mailbox: no account, no body."""
    return Actor(kind="anonymous", roles=frozenset({ASKED_OF}), name=referee.name)


@as_deed
def ask_referee(*, application: Application, name: str, email: str, relation: str, by: Actor) -> Referee:
    """Ask somebody outside about the institution. Refused for a member of it, or one asked before."""
    lock(application)
    if by.body_kind == "authority":
        require(application.TABLE.verdict("ask_outside", application, by))
    address = email.strip().lower()
    rows = Referee.objects.filter(application=application)
    known = rows.filter(email=address, state__in=["asked", "answered"]).exists()
    asked = rows.filter(asked_body=by.body_id, state__in=["asked", "answered"]).count()
    require(may_ask_outside(application.state, known=known, asked=asked, most=MOST))
    members = User.objects.filter(
        email__iexact=address, memberships__organisation=application.institution_id, memberships__state="active"
    )
    require(outside_address(member=members.exists()))
    kind = Referee.Kind.ASSESSOR if by.body_kind == "authority" else Referee.Kind.REFEREE
    token, moment = secrets.token_urlsafe(32), clock.now()
    referee = Referee(
        application=application,
        kind=kind,
        name=name.strip(),
        email=address,
        relation=relation.strip(),
        asked_by=by.user,
        asked_body_id=by.organisation_id,
        asked_at=moment,
        sent_at=moment,
        expires_at=moment + VALID_FOR,
        token_hash=token_hash(token),
    )
    create(referee, "ask", by=by, detail={"kind": kind, "expires_at": referee.expires_at}, about=_about(referee))
    referee_mail(referee, token=token)
    return referee


@as_deed
def resend_referee(*, referee: Referee, by: Actor) -> Referee:
    """Send a new link, valid for its full time. The one before stops working."""
    lock(referee.application)
    require(may_ask_outside(referee.application.state))
    return _resend(referee, by, reminder=False)


@as_deed
def remind_referee(*, referee: Referee, by: Actor) -> Referee:
    """Send a new link in the last week of the old one, once."""
    return _resend(referee, by, reminder=True)


def _resend(referee: Referee, by: Actor, *, reminder: bool) -> Referee:
    token, moment = secrets.token_urlsafe(32), clock.now()
    changes = {
        "token_hash": token_hash(token),
        "sent_at": moment,
        "expires_at": moment + VALID_FOR,
        "reminded_at": moment if reminder else referee.reminded_at,
    }
    detail = {"expires_at": changes["expires_at"], "reminder": reminder}
    record(referee, "resend", by=by, changes=changes, detail=detail, about=_about(referee))
    referee_mail(referee, token=token)
    return referee


@as_deed
def withdraw_referee(*, referee: Referee, by: Actor) -> Referee:
    """Take the question back; its link is dead."""
    return move(referee, "withdraw", by=by, changes={"closed_at": clock.now()}, about=_about(referee))


def send_referee_code(*, referee: Referee) -> bool:
    """Mail a code to the address that was asked; whoever only holds the link can't answer. False within a minute."""
    code = new_code(referee)
    if code is None:
        return False
    referee_code_mail(referee, code=code)
    return True


@as_deed
def answer_referee(*, referee: Referee, opinion: str, text: str, interest: str) -> Referee:
    """The third party's answer, once. It goes to the authority; the institution learns only that there is one."""
    lock(referee.application)
    _require_open(referee)
    changes = {"opinion": opinion, "text": text.strip(), "interest": interest.strip(), "closed_at": clock.now()}
    answer = {"opinion": opinion, "text": changes["text"], "interest": changes["interest"]}
    move(referee, "answer", by=referee_actor(referee), changes=changes, detail=answer, tier="authority",
         about=_about(referee))  # fmt: skip
    _tell(referee)
    return referee


@as_deed
def decline_referee(*, referee: Referee, reason: str = "") -> Referee:
    """The third party will not answer."""
    lock(referee.application)
    _require_open(referee)
    changes = {"text": reason.strip(), "closed_at": clock.now()}
    move(referee, "decline", by=referee_actor(referee), changes=changes, detail={"reason": changes["text"]},
         tier="authority", about=_about(referee))  # fmt: skip
    _tell(referee)
    return referee


@as_deed
def expire_referee(*, referee: Referee, by: Actor) -> Referee:
    """Close a question whose link's time is over. Nothing happens where somebody was first."""
    lock(referee)
    if referee.state != "asked" or clock.now() < referee.expires_at:
        return referee
    move(referee, "expire", by=by, changes={"closed_at": clock.now()}, about=_about(referee))
    _tell(referee)
    return referee


def _require_open(referee: Referee) -> None:
    lock(referee)
    expired = clock.now() >= referee.expires_at
    require(link_opens(referee.state, referee.application.state, expired=expired))


def _about(referee: Referee) -> list[object]:
    return [referee.application_id, referee.application.institution_id]


def _tell(referee: Referee) -> None:
    """Whoever asked hears what became of it; once the case was sent, those who work on it, too."""
    application = referee.application
    people = {user.pk: user for user in members_with("applicant", application.institution_id)}
    if referee.kind == Referee.Kind.ASSESSOR:
        people = {}
    notices.tell_of_referee(referee, to=people.values(), desk=False)
    if application.submitted_at is not None and referee.state == "answered":
        officers = {user.pk: user for user in members_with("case_officer", application.authority_id)}
        reviewers = User.objects.filter(pk__in=assigned_reviewers(application))
        desk = officers | {user.pk: user for user in reviewers}
        notices.tell_of_referee(referee, to=desk.values(), desk=True)
