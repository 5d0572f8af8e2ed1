"""Deeds of the institution on the lines of a draft: adding them, one or many at once, changing and removing them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from grants.models import Environment, GrantRequest, LinePerson, Release, RequestLine
from grants.queries.statement import safeguards_of
from grants.rules.request import MOST_LINES, line_possible
from partners.models import Person
from portal.core.actors import Actor
from portal.core.verdicts import Refused, Verdict, refused, require
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook
from portal.workflow import as_deed, record

SCOPE = (
    "release_id", "environment_id", "use_case", "data_class", "access_route", "requests_per_day", "tokens_per_day",
    "seats", "starts_on", "ends_on",
)  # fmt: skip
"""Everything that a line covers, by its columns."""
TERMS = ("requests_per_day", "tokens_per_day", "seats", "starts_on", "ends_on")
"""The columns that can be changed on a line; another scope is another line."""


class LinesRefused(Refused):
    """Several lines were to be added, and some cannot be. `failures` is place in the list → why; none was added."""

    def __init__(self, failures: Mapping[int, Verdict]) -> None:
        self.failures = dict(failures)
        count = len(self.failures)
        reason = ngettext(
            "%(count)s line cannot be added, so none was. Change it or leave it out.",
            "%(count)s lines cannot be added, so none was. Change them or leave them out.",
            count,
        )
        super().__init__(refused(reason % {"count": count}, code="lines", rule="grant_request.edit"))


@as_deed
def add_line(
    *,
    request: GrantRequest,
    release: Release,
    environment: Environment,
    by: Actor,
    justification: str = "",
    people: Collection[Person] = (),
    **scope: Any,
) -> RequestLine:
    """Add a line to a draft. `scope` are the other fields of Scope, `people` those who alone may use it.

    Raises Refused where the rulebook does not allow the line, ValidationError where the same line is there already.
    """
    record(request, "edit", by=by, detail={"release": release.pk, **scope}, says=_("Line added"))
    there = list(RequestLine.objects.filter(request=request))
    _require_room(len(there) + 1)
    line = _new(request, _next_number(there), release, environment, justification, scope)
    line.clean_fields()
    require(_own(request, environment))
    require(verdict_on(request, [line], rules(request.rulebook))[0])
    line.validate_constraints()
    line.save()
    _name(line, people)
    return line


@as_deed
def add_lines(
    *, request: GrantRequest, lines: Sequence[Mapping[str, Any]], by: Actor, people: Collection[Person] = ()
) -> list[RequestLine]:
    """Add several lines to a draft at once: all of them or none.

    Each is a mapping with the fields of Scope and `justification`. Raises LinesRefused with what is wrong with each
    line that cannot be added. The number of queries does not depend on the number of lines.
    """
    if not lines:
        require(refused(_("Tick at least one combination."), code="nothing", rule="grant_request.edit"))
    asked = [{name: value for name, value in item.items() if name in ("use_case", "data_class")} for item in lines]
    says = ngettext("%(count)s line added", "%(count)s lines added", len(lines)) % {"count": len(lines)}
    record(request, "edit", by=by, detail={"lines": asked}, says=says)
    there = list(RequestLine.objects.filter(request=request))
    _require_room(len(there) + len(lines))
    first = _next_number(there)
    made = [_made(request, first + place, dict(item)) for place, item in enumerate(lines)]
    if failures := _failures(request, made, {line.covers for line in there}):
        raise LinesRefused(failures)
    RequestLine.objects.bulk_create(made)
    named = _own_people(request, people)
    LinePerson.objects.bulk_create(LinePerson(line=line, person=person) for line in made for person in named)
    return made


def _failures(request: GrantRequest, lines: list[RequestLine], there: set[tuple[Any, ...]]) -> dict[int, Verdict]:
    found: dict[int, Verdict] = {}
    verdicts = verdict_on(request, lines, rules(request.rulebook))
    for place, (line, verdict) in enumerate(zip(lines, verdicts, strict=True)):
        own = _own(request, line.environment)
        if not own:
            found[place] = own
        elif line.covers in there:
            found[place] = refused(_("This line is in the request already."), code="twice", rule="grant_request.edit")
        elif not verdict:
            found[place] = verdict
        elif words := _wrong(line):
            found[place] = refused(words, code="invalid", rule="grant_request.edit")
        there.add(line.covers)
    return found


def _wrong(line: RequestLine) -> str:
    try:
        line.clean_fields(exclude=["request", "release", "environment"])
    except ValidationError as error:
        return " ".join(error.messages)
    return ""


@as_deed
def change_line(
    *, line: RequestLine, by: Actor, justification: str = "", people: Collection[Person] = (), **terms: Any
) -> RequestLine:
    """Change limits, dates, justification and people of a line of a draft. `terms` are the fields of TERMS.

    Raises Refused where the rulebook does not allow the line as it would be.
    """
    request = line.request
    says = _("Line %(number)s changed") % {"number": line.number}
    record(request, "edit", by=by, detail={"line": line.number, **terms}, says=says)
    line.refresh_from_db(fields=[*TERMS, "justification"])
    for name in TERMS:
        setattr(line, name, terms[name])
    line.justification = justification.strip()
    line.clean_fields(exclude=["request", "release", "environment"])
    require(verdict_on(request, [line], rules(request.rulebook))[0])
    line.save(update_fields=[*TERMS, "justification"])
    _name(line, people)
    return line


@as_deed
def remove_line(*, request: GrantRequest, line_id: UUID, by: Actor) -> GrantRequest:
    """Take a line out of a draft."""
    record(request, "edit", by=by, detail={"line": line_id}, says=_("Line removed"))
    LinePerson.objects.filter(line__request=request, line=line_id).delete()
    RequestLine.objects.filter(request=request, pk=line_id).delete()
    return request


def _name(line: RequestLine, people: Collection[Person]) -> None:
    """These people and nobody else are named on the line."""
    wanted = {person.pk: person for person in _own_people(line.request, people)}
    there = set(LinePerson.objects.filter(line=line).values_list("person_id", flat=True))
    if gone := there - wanted.keys():
        LinePerson.objects.filter(line=line, person__in=gone).delete()
    new = [LinePerson(line=line, person=person) for pk, person in wanted.items() if pk not in there]
    LinePerson.objects.bulk_create(new)


def _own_people(request: GrantRequest, people: Collection[Person]) -> list[Person]:
    for person in people:
        if person.institution_id != request.institution_id or person.state != "named":
            reason = _("%(name)s is not among the people whom your institution has named for access.")
            require(refused(reason % {"name": person.name}, code="person_not_named", rule="grant_request.people"))
    return list({person.pk: person for person in people}.values())


def _own(request: GrantRequest, environment: Environment) -> Verdict:
    if environment.institution_id == request.institution_id:
        return Verdict(True)
    return refused(_("This environment belongs to another institution."), code="other_body", rule="grants")


def _require_room(count: int) -> None:
    if count > MOST_LINES:
        reason = _("A request has at most %(count)s lines. Start another one.") % {"count": MOST_LINES}
        require(refused(reason, code="too_many", rule="grant_request.edit"))


def _next_number(there: Collection[RequestLine]) -> int:
    return max((line.number for line in there), default=0) + 1


def _made(request: GrantRequest, number: int, item: dict[str, Any]) -> RequestLine:
    release, environment = item.pop("release"), item.pop("environment")
    return _new(request, number, release, environment, item.pop("justification", ""), item)


def _new(
    request: GrantRequest,
    number: int,
    release: Release,
    environment: Environment,
    justification: str,
    scope: Mapping[str, Any],
) -> RequestLine:
    return RequestLine(
        request=request, number=number, release=release, environment=environment,
        justification=justification.strip(), **scope,
    )  # fmt: skip


def verdict_on(request: GrantRequest, lines: Collection[RequestLine], book: Rulebook) -> list[Verdict]:
    """What the request's rulebook says about each line. One query."""
    kind = request.institution.kind
    safeguards = safeguards_of({line.environment_id for line in lines})
    return [
        line_possible(
            book,
            line,
            risk_tier=request.risk_tier,
            kind=kind,
            safeguards=safeguards.get(line.environment_id, frozenset()),
        )
        for line in lines
    ]
