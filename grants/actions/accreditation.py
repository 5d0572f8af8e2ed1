"""Deeds of an authority on environments: accrediting, accepting a change, sending back, suspending; and their end."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from grants import notices_places as notices
from grants.models import Accreditation, Environment
from grants.queries.attested_document import ended_documents
from grants.queries.environment import facts_of, last_accreditation
from grants.queries.statement import grouped, safeguards_of, stated
from grants.rules.attestation import facts_digest, ready
from partners.queries.standing import standing
from partners.rules.evidence import notice_due
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.rulebook.durations import add_months
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, lock, move, record

DEFAULT_TIER = "high"
"""The tier by which an environment of an institution without a qualification is accredited: the strictest."""
Kind = Accreditation.Kind


@as_deed
def accredit_environment(*, environment: Environment, by: Actor, note: str = "", seen: str = "") -> Environment:
    """Accept what is attested, for the time that the rulebook gives to the institution's tier.

    `seen` is the digest of what the officer read; empty: whatever is attested now. Raises Refused where a mandatory
    statement is not answered, or a safeguard that every line needs is not met; Conflict where something else is
    attested than what was read.
    """
    lock(environment)
    book = rules()
    _is_ready(environment, book)
    tier = standing(institution_id=environment.institution_id).tier or DEFAULT_TIER
    until = add_months(clock.today(), book.scope.accreditation_months[tier])
    return _accept(environment, "accredit", Kind.ACCREDITED, until, tier, by=by, note=note, seen=seen, book=book)


@as_deed
def accept_change(*, environment: Environment, by: Actor, note: str = "", seen: str = "") -> Environment:
    """Accept what changed since the last accreditation, which goes on to the day that it had. Raises as accredit does.

    Refused where there is none that still runs: then it is to be accredited anew.
    """
    lock(environment)
    book, last = rules(), last_accreditation(environment)
    if last is None or last.until < clock.today():
        reason = _("There is no accreditation that still runs. Accredit the environment anew.")
        require(refused(reason, code="no_accreditation", rule="environment.accept_change"))
        raise AssertionError
    _is_ready(environment, book)
    words: dict[str, Any] = {"by": by, "note": note, "seen": seen, "book": book}
    return _accept(environment, "accept_change", Kind.CHANGE, last.until, last.tier, **words)


def _is_ready(environment: Environment, book: Rulebook) -> None:
    groups = grouped(stated(environment))
    always = next((rule.safeguards for rule in book.scope.needed if rule.key == "always"), ())
    met = safeguards_of([environment.pk])[environment.pk]
    labels = {item.key: str(item.label) for item in book.scope.safeguards}
    lacking = [labels[key] for key in always if key not in met]
    ended = [row.name for row in ended_documents(environment.pk, clock.today())]
    require(ready(sum(group.open_mandatory for group in groups), lacking, ended))


def _accept(
    environment: Environment, verb: str, kind: str, until: date, tier: str, *, by: Actor, note: str, seen: str,
    book: Rulebook,
) -> Environment:  # fmt: skip
    found = facts_of(environment)
    digest = facts_digest(found)
    if seen and seen != digest:
        raise Conflict(
            refused(_("What is attested has changed since you read it. Look at it again."), code="facts_changed")
        )
    move(
        environment,
        verb,
        by=by,
        rulebook=book.version,
        changes={
            "accredited_until": until,
            "accredited_by": by.user,
            "facts_digest": digest,
            "suspended_at": None,
            "suspended_why": "",
            "remark": "",
            "notice_sent": None,
        },
        detail={"until": until, "facts": digest, "note": note, "tier": tier},
        about=[environment.institution_id],
    )
    Accreditation.objects.create(
        environment=environment,
        kind=kind,
        until=until,
        tier=tier,
        rulebook=book.version,
        note=note,
        facts=found,
        digest=digest,
        by=by.user,
        body_id=by.body_id,
        at=clock.now(),
    )
    told = notices.CHANGE_ACCEPTED if kind == Kind.CHANGE else notices.ACCREDITED
    notices.tell_institution(told, environment, key=f"{kind}:{notices.moment_key()}")
    return environment


@as_deed
def send_back(*, environment: Environment, remark: str, by: Actor) -> Environment:
    """Say what has to be done first. The environment stays as it is; the institution is told."""
    if not remark.strip():
        require(refused(_("Say what is missing."), code="no_reason", rule="environment.send_back"))
    words = remark.strip()
    record(
        environment, "send_back", by=by, changes={"remark": words}, detail={"remark": words},
        about=[environment.institution_id],
    )  # fmt: skip
    notices.tell_institution(notices.SENT_BACK, environment, key=f"back:{notices.moment_key()}", remark=words)
    return environment


@as_deed
def suspend_environment(*, environment: Environment, reason: str, by: Actor) -> Environment:
    """Stop everything in this environment until it is accredited again."""
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule="environment.suspend"))
    why = reason.strip()
    changes = {"suspended_at": clock.now(), "suspended_why": why}
    move(environment, "suspend", by=by, changes=changes, detail={"reason": why}, about=[environment.institution_id])
    notices.tell_institution(notices.SUSPENDED, environment, key=f"suspended:{notices.moment_key()}", reason=why)
    return environment


@as_deed
def remind_of_accreditation(*, environment: Environment, by: Actor) -> Environment:
    """Tell the institution and case officers that it ends, once for each of the rulebook's notices."""
    lock(environment)
    until = environment.accredited_until
    days = (until - clock.today()).days if until else -1
    due = notice_due(days, environment.notice_sent, rules().scope.accreditation_notices_days)
    if due is None:
        raise Conflict(
            refused(_("This was announced already."), code="not_due", rule="scope.accreditation_notices_days")
        )
    record(
        environment, "remind", by=by, changes={"notice_sent": due}, detail={"days_left": days, "notice": due},
        about=[environment.institution_id],
    )  # fmt: skip
    key = f"ending:{until:%Y%m%d}:{due}"
    notices.tell_institution(notices.ENDING, environment, key=key, days=days)
    notices.tell_desk(notices.TO_RENEW, environment, key=key, days=days)
    return environment


@as_deed
def expire_accreditation(*, environment: Environment, by: Actor) -> Environment:
    """Record that its last day has passed, and say so loudly. The gate refuses from that day on, swept or not."""
    lock(environment)
    until = environment.accredited_until
    if environment.state != "accredited" or until is None or until >= clock.today():
        raise Conflict(refused(_("It has not run out."), code="not_due", rule="environment.expire"))
    move(environment, "expire", by=by, detail={"until": until}, about=[environment.institution_id])
    notices.tell_that_it_ran_out(environment)
    return environment
