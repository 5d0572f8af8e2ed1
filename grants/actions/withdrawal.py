"""A provider withdraws its consent to a line of a live grant, with notice, and may take that back before the day."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.agreement import renew_agreement
from grants.actions.grant import end_if_over
from grants.models import ConsentWithdrawal, Grant, GrantLine
from grants.states import GRANT_LIVE
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.verdicts import refused, require
from portal.rulebook.durations import add_working_days
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook, find
from portal.workflow import as_deed, create, lock, move

RULE = "consent.withdrawal_notice_working_days"


@as_deed
def withdraw_consent(*, line: GrantLine, reason_code: str, reason: str, by: Actor) -> ConsentWithdrawal:
    """Give notice: the line ends by itself after the rulebook's working days, counted where the authority is.

    Where the reason is one of those for which the rulebook does not wait (consent.withdrawal_at_once), the line ends
    with the commit of this deed, for good: nobody has to confirm it, and nothing that lapses opens it again. Raises
    Refused for another provider's line, one that is not live, one with a notice already, or a reason that is not whole.
    """
    grant = line.grant
    lock(grant)
    book = rules()
    if line.provider_id != by.body_id:
        require(refused(_("This line is about another provider's release."), code="other_body", rule=RULE))
    _require_open(line, grant)
    code, words = _whole(book, reason_code, reason)
    label = find(book.consent.decline_reasons, code).label
    at_once = code in book.consent.withdrawal_at_once
    day = clock.today() if at_once else first_day_without(grant, book)
    withdrawal = ConsentWithdrawal(
        line=line,
        institution_id=line.institution_id,
        provider_id=line.provider_id,
        reason_code=code,
        reason=words,
        rulebook=book.version,
        given_at=clock.now(),
        given_by=by.user,
        effective_on=day,
    )
    withdrawal.clean_fields(exclude=["state", "taken_back_by"])
    create(
        withdrawal,
        "give_notice",
        by=by,
        rulebook=book.version,
        detail={"line": line.number, "reason": [code, words], "effective_on": day},
        about=_about(withdrawal, grant),
    )
    if at_once:
        _take_effect(withdrawal, grant, SYSTEM)
    kind = notices.CONSENT_WITHDRAWN_AT_ONCE if at_once else notices.CONSENT_WITHDRAWN
    told = _tell(kind, withdrawal, grant, reason=f"{label}. {words}")
    if not end_if_over(grant):
        renew_agreement(grant, by=by, why=told)
    return withdrawal


def _require_open(line: GrantLine, grant: Grant) -> None:
    if grant.state not in GRANT_LIVE:
        require(refused(_("This grant has ended: there is no consent to withdraw."), code="ended", rule=RULE))
    if line.ends_on < clock.today():
        require(refused(_("The last day of this line has passed."), code="ended", rule=RULE))
    if ConsentWithdrawal.objects.filter(line=line, state__in=("noticed", "in_effect")).exists():
        require(refused(_("Notice was given for this line already."), code="given", rule=RULE))


def _whole(book: Rulebook, reason_code: str, reason: str) -> tuple[str, str]:
    """The reason, with words: the institution and the authority read them."""
    if reason_code not in {item.key for item in book.consent.decline_reasons}:
        require(refused(_("Choose a reason from the list."), code="no_reason", rule="consent.decline_reasons"))
    if not reason.strip():
        text = _("Say why in words: the institution and the authority read it.")
        require(refused(text, code="no_words", rule=RULE))
    return reason_code, reason.strip()[:2000]


def first_day_without(grant: Grant, book: Rulebook) -> date:
    """The day from which on nothing is permitted, where notice is given today: working days where the authority is."""
    days = book.consent.withdrawal_notice_working_days
    return add_working_days(clock.today(), days, grant.authority.jurisdiction)


@as_deed
def take_back_withdrawal(*, withdrawal: ConsentWithdrawal, reason: str, by: Actor) -> ConsentWithdrawal:
    """Take the notice back before its day: the line goes on as granted."""
    grant = withdrawal.line.grant
    lock(grant)
    lock(withdrawal)
    if not reason.strip():
        require(refused(_("Say why you take it back."), code="no_reason", rule=RULE))
    if withdrawal.state == "noticed" and withdrawal.effective_on <= clock.today():
        text = _("The day has come, and the line has ended. The institution can ask for it anew.")
        require(refused(text, code="too_late", rule=RULE))
    move(
        withdrawal,
        "take_back",
        by=by,
        rulebook=withdrawal.rulebook,
        changes={"taken_back_at": clock.now(), "taken_back_by": by.user, "take_back_reason": reason.strip()[:2000]},
        detail={"reason": reason.strip()},
        about=_about(withdrawal, grant),
    )
    told = _tell(notices.WITHDRAWAL_TAKEN_BACK, withdrawal, grant, reason=reason.strip())
    renew_agreement(grant, by=by, why=told)
    return withdrawal


@as_deed
def end_consent(*, withdrawal: ConsentWithdrawal, by: Actor) -> ConsentWithdrawal:
    """The day has come: marked, and told. The gate has denied since the day began. Raises Refused before that.

    With the last line that is left, the grant ends.
    """
    grant = withdrawal.line.grant
    lock(grant)
    lock(withdrawal)
    if withdrawal.state == "noticed" and withdrawal.effective_on > clock.today():
        require(refused(_("The day has not come."), code="not_due", rule=RULE))
    _take_effect(withdrawal, grant, by)
    if grant.state in GRANT_LIVE:
        _tell(notices.CONSENT_ENDED, withdrawal, grant, reason=withdrawal.reason)
        end_if_over(grant)
    return withdrawal


def _take_effect(withdrawal: ConsentWithdrawal, grant: Grant, by: Actor) -> None:
    move(
        withdrawal,
        "take_effect",
        by=by,
        rulebook=withdrawal.rulebook,
        changes={"took_effect_at": clock.now()},
        detail={"effective_on": withdrawal.effective_on},
        about=_about(withdrawal, grant),
    )


def _about(withdrawal: ConsentWithdrawal, grant: Grant) -> list[UUID | None]:
    return [withdrawal.institution_id, withdrawal.provider_id, grant.pk, grant.request_id, withdrawal.line_id]


def _tell(kind: notices.NoticeKind, withdrawal: ConsentWithdrawal, grant: Grant, *, reason: str) -> str:
    """Tell the institution and the authority at once, and say it in one sentence for the agreement."""
    day = notices.day(withdrawal.effective_on)
    told = [*notices.people_of(grant.institution_id), *members_with("case_officer", grant.authority_id)]
    notices.tell_about_grant(
        kind,
        grant,
        to=told,
        key=f"{kind.slug}:{withdrawal.pk}",
        provider=withdrawal.provider.name,
        line=withdrawal.line.number,
        day=day,
        reason=reason,
    )
    if withdrawal.state == "taken_back":
        return _("%(provider)s took back its withdrawal for line %(line)s.") % {
            "provider": withdrawal.provider.name, "line": withdrawal.line.number,
        }  # fmt: skip
    return _("%(provider)s withdrew its consent to line %(line)s from %(day)s on.") % {
        "provider": withdrawal.provider.name, "line": withdrawal.line.number, "day": day,
    }  # fmt: skip
