"""Deeds that change a grant which is there: a draft as a clone of it, made under its lock."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Subquery

from grants.actions.lines import SCOPE
from grants.actions.request import new_request, qualified
from grants.models import EvaluationPlan, Grant, GrantLine, GrantRequest, LinePerson, RequestLine
from grants.queries.grant import agreed_lines
from grants.queries.plan import granted_people, plans_of
from grants.rules.amendment import may_begin
from partners.queries.standing import standing
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Verdict, require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, lock


def change_state(grant: Grant) -> tuple[bool, str]:
    """Whether another change is under way, and the reference of a grant that waits to take its place. One query."""
    changes = GrantRequest.objects.filter(amends=OuterRef("pk"), state__in=GrantRequest.TABLE.open_states)
    waiting = Grant.objects.filter(supersedes=OuterRef("pk"), state="awaiting_agreement").values("reference")[:1]
    rows = Grant.objects.filter(pk=grant.pk).annotate(changing=Exists(changes), waits=Subquery(waiting))
    changing, waits = rows.values_list("changing", "waits").get()
    return bool(changing), waits or ""


def change_verdicts(grant: Grant, *kinds: str) -> list[Verdict]:
    """Whether changes of these kinds (amendment, renewal) can be asked for now. Two queries."""
    book, (under_way, successor) = rules(), change_state(grant)
    return [
        may_begin(grant, kind, book=book, today=clock.today(), open_change=under_way, successor=successor)
        for kind in kinds
    ]


@as_deed
def begin_amendment(*, grant: Grant, kind: str, by: Actor) -> GrantRequest:
    """Start an amendment or a renewal: a clone of the lines, their people and the plans, under the grant's lock.

    The grant stays in force, and still ends on its day, until a new one is accepted in its place. Lines that were given
    back or have lost the provider's consent are left out. A renewal begins today and runs as long as before, at most as
    long as the rulebook allows. Raises Refused outside the time for a renewal, or while another change is open.
    """
    lock(grant)
    status = standing(institution_id=grant.institution_id)
    require(qualified(status))
    require(change_verdicts(grant, kind)[0])
    request = new_request(
        institution=grant.institution, title=grant.request.title, purpose=grant.request.purpose, kind=kind,
        amends=grant, tier=status.tier, by=by,
    )  # fmt: skip
    _clone_lines(request, grant)
    written = plans_of(grant.request_id).values()
    EvaluationPlan.objects.bulk_create(
        EvaluationPlan(request=request, use_case=plan.use_case, parts=plan.parts, written_by=plan.written_by)
        for plan in written
    )
    return request


def _clone_lines(request: GrantRequest, grant: Grant) -> None:
    lines = [line for line in agreed_lines(grant) if not has_ended(line)]
    why = dict(
        RequestLine.objects.filter(granted__in=[line.pk for line in lines]).values_list("granted", "justification")
    )
    book = rules(request.rulebook)
    clones = {
        line.pk: RequestLine(
            request=request,
            number=number,
            justification=why[line.pk],
            **{**{name: getattr(line, name) for name in SCOPE}, **_dates(request, line, book)},
        )
        for number, line in enumerate(lines, start=1)
    }
    RequestLine.objects.bulk_create(clones.values())
    LinePerson.objects.bulk_create(
        LinePerson(line=clones[pk], person=person)
        for pk, people in granted_people(clones).items()
        for person in people
        if person.state == "named"
    )


def has_ended(line: GrantLine) -> bool:
    """Whether the line was given back, whatever the rest of its grant is. The line comes from `agreed_lines`."""
    return hasattr(line, "surrender")


def _dates(request: GrantRequest, line: GrantLine, book: Rulebook) -> dict[str, date]:
    """A renewal begins on the day on which it is asked for, so that nothing stands still when it is in force."""
    if request.kind != GrantRequest.Kind.RENEWAL:
        return {}
    today, most = clock.today(), book.scope.limits[request.risk_tier].max_days
    days = min((line.ends_on - line.starts_on).days, most - 1)
    return {"starts_on": today, "ends_on": today + timedelta(days=days)}


def renewable(grant: Any, book: Rulebook) -> bool:
    """Whether today lies in the time in which a renewal can be asked for."""
    return bool(may_begin(grant, "renewal", book=book, today=clock.today(), open_change=False, successor=""))
