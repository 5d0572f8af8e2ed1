"""What is attested about an environment, as pages show it: to its institution and at the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from grants.models import Accreditation, Attestation, Environment
from grants.queries.environment import CHOICES, documents_for
from grants.queries.statement import Attested, Group, as_answers, attested_of, grouped
from grants.rules.attestation import Change, changes, facts
from partners.models import Evidence
from portal.accounts.models.organisation import jurisdiction_name

VALUES = dict(Attestation.Value.choices)


@dataclass(frozen=True, slots=True)
class Shown:
    """One difference, in words: what it is about, how it was accredited, how it is now."""

    what: str
    text: str
    before: list[str]
    now: list[str]


def attested_context(environment: Environment, accreditation: Accreditation | None) -> dict[str, Any]:
    """For templates: groups with their progress, documents, what differs from what was accredited. Six queries."""
    found = attested_of(environment)
    rows, groups = found.rows, grouped(found.rows)
    documents = list(documents_for(environment).filter(about=environment.pk)[:CHOICES])
    return {
        "groups": groups,
        "country": jurisdiction_name(environment.country),
        "adopted": found.adopted,
        "total": len(rows),
        "answered": sum(group.answered for group in groups),
        "open_mandatory": sum(group.open_mandatory for group in groups),
        "unmet_mandatory": unmet(groups),
        "new": sum(group.new for group in groups),
        "documents": documents,
        "accreditation": accreditation,
        "changes": differences(environment, accreditation, found),
    }


def unmet(groups: list[Group]) -> int:
    """How many mandatory statements are answered with “not met”."""
    return sum(1 for group in groups for row in group.rows if row.statement.is_mandatory and row.value == "not_met")


def differences(environment: Environment, accreditation: Accreditation | None, attested: Attested) -> list[Shown]:
    """What is attested now beside what was accredited, where the two differ. One query where documents do."""
    if accreditation is None or accreditation.digest == environment.facts_digest:
        return []
    answers = as_answers(attested.answers)
    now = facts(country=environment.country, owner=environment.owner, answers=answers)
    found = changes(accreditation.facts, now)
    names = _names(found)
    texts = {":".join(row.key): row.statement.text for row in attested.rows}
    return [_shown(change, texts, names) for change in found]


def _names(found: list[Change]) -> dict[str, str]:
    """Documents by their ids."""
    sides = [side for change in found for side in (change.before, change.now) if isinstance(side, dict)]
    ids = {pk for side in sides for pk in side["documents"]}
    rows = Evidence.objects.filter(pk__in=ids).values_list("pk", "name", "sha256") if ids else []
    return {str(pk): f"{name} ({sha256[:8]})" for pk, name, sha256 in rows}


def _shown(change: Change, texts: dict[str, str], names: dict[str, str]) -> Shown:
    if change.what == "country":
        return Shown(_("Country"), "", [jurisdiction_name(change.before)], [jurisdiction_name(change.now)])
    if change.what == "owner":
        return Shown(_("Answers for it"), "", [change.before], [change.now])
    identifier = change.what.partition(":")[2]
    return Shown(identifier, texts.get(change.what, ""), _said(change.before, names), _said(change.now, names))


def _said(answer: dict[str, Any] | None, names: dict[str, str]) -> list[str]:
    if not answer:
        return [_("Not answered")]
    found = [str(VALUES.get(answer["value"], answer["value"]))]
    found += [answer["note"]] if answer["note"] else []
    return found + [names.get(pk, pk) for pk in answer["documents"]]
