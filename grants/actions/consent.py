"""A provider's answer for one line."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from grants import notices
from grants.models import Consent, RequestLine
from grants.queries.request import case_of
from grants.rules.consent import in_time
from portal.accounts.queries.people import people_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, lock, record

RULE = "grant_request.consent"


@as_deed
def give_consent(
    *,
    line: RequestLine,
    answer: str,
    by: Actor,
    conditions: Sequence[str] = (),
    reason_code: str = "",
    reason: str = "",
) -> Consent:
    """Consent, consent with conditions, or decline with a reason of the case's rulebook. May change until the deadline.

    Raises Refused for another provider's release, for a line that is not put before providers, for half an answer, and
    once the time is over: then the authority gives more time, or goes on without the line.
    """
    request = line.request
    lock(request)
    require(in_time(request.consent_due, clock.now()))
    if line.release.provider_id != by.body_id:
        require(refused(_("This line is about another provider's release."), code="other_body", rule=RULE))
    case = case_of(request)
    item = next(found for found in case.lines if found.line.pk == line.pk)
    if item.review is None or item.is_refused:
        require(refused(_("This line was refused by the authority."), code="line_refused", rule=RULE))
    told = [text.strip() for text in conditions if text.strip()] if answer == Consent.Answer.CONDITIONS else []
    _require_whole(answer, told, reason_code, reason, case.rules)
    consent = Consent(
        line=line,
        provider_id=by.organisation_id,
        review=item.review,
        answer=answer,
        conditions=told,
        reason_code=reason_code if answer == Consent.Answer.DECLINE else "",
        reason=reason.strip(),
        given_by=by.user,
        given_at=clock.now(),
    )
    consent.clean_fields()
    record(
        request,
        "consent",
        by=by,
        rulebook=request.rulebook,
        says=_("Provider answered for line %(number)s") % {"number": line.number},
        detail={"line": line.number, "answer": answer, "conditions": told, "reason": [reason_code, reason]},
        about=[request.institution_id, by.body_id, line.release_id],
    )
    consent.save()
    notices.tell(
        notices.CONSENT_GIVEN,
        request,
        to=people_with("case_officer", organisation_id=request.authority_id),
        key=f"consent:{consent.pk}",
        provider=by.body_name,
        line=line.number,
        answer=consent.get_answer_display(),
    )
    return consent


def _require_whole(answer: str, conditions: Sequence[str], reason_code: str, reason: str, book: Rulebook) -> None:
    if answer not in Consent.Answer.values:
        require(refused(_("Choose an answer."), code="unknown_answer", rule=RULE))
    if answer == Consent.Answer.CONDITIONS and not conditions:
        require(refused(_("Write at least one condition."), code="no_condition", rule=RULE))
    if answer != Consent.Answer.DECLINE:
        return
    known = {item.key for item in book.consent.decline_reasons}
    if reason_code not in known:
        require(refused(_("Choose a reason from the list."), code="no_reason", rule="consent.decline_reasons"))
    if reason_code == "other" and not reason.strip():
        require(refused(_("Set out the reason in words."), code="no_reason", rule="consent.decline_reasons.other"))
