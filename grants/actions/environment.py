"""Deeds of an institution on its environments: registering, attesting, reporting changes, closing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from grants import notices
from grants.actions.statement import the_baseline
from grants.models import AdoptedCatalogue, Attestation, AttestedDocument, Environment
from grants.queries.environment import chosen_documents
from grants.queries.statement import Stated, answers_of, as_answers, stated
from grants.rules.attestation import Answer, Key, complete, drifts, facts, facts_digest
from partners.models import Institution
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import insert
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, create, lock, move

FACTS = ("country", "owner")
"""Fields of an environment that are attested facts."""


@as_deed
def register_environment(
    *, institution: Institution, name: str, key: str, country: str, owner: str, by: Actor, description: str = ""
) -> Environment:
    """Register a place where models will be used. It answers the scheme's own statements from now on.

    Raises ValidationError where a field is wrong or a name is taken.
    """
    environment = Environment(
        institution=institution,
        name=" ".join(name.split()),
        key=key.strip(),
        country=country,
        owner=owner.strip(),
        description=description.strip(),
        created_at=clock.now(),
        facts_digest=facts_digest(facts(country=country, owner=owner.strip(), answers={})),
    )
    environment.clean_fields(exclude=["state"])
    environment.validate_constraints()
    catalogue = the_baseline()
    lock(catalogue)
    if catalogue.state != "in_use":
        catalogue = the_baseline()
    detail = {"name": environment.name, "country": country, "owner": environment.owner}
    create(environment, "register", by=by, detail=detail, about=[institution.pk])
    AdoptedCatalogue.objects.create(environment=environment, catalogue=catalogue, key=catalogue.key)
    return environment


@as_deed
def attest_environment(
    *,
    environment: Environment,
    values: Mapping[str, tuple[str, str]],
    by: Actor,
    documents: Collection[UUID] = (),
) -> Environment:
    """Answer all statements of groups at once: group (a safeguard, or a chapter of a catalogue) → (value, how).

    Otherwise as attest_statements. Raises Refused for a group that no catalogue of the environment has.
    """
    lock(environment)
    rows = stated(environment)
    groups = {name for row in rows for name in _names(row)}
    if not set(values) <= groups:
        require(refused(_("Choose from the safeguards of the rulebook."), code="unknown_term", rule="scope.safeguards"))
    answers = {
        row.key: Answer(*values[name], documents=frozenset(documents))
        for row in rows
        for name in _names(row)
        if name in values
    }
    return attest_statements(environment=environment, answers=answers, by=by)


def _names(row: Stated) -> tuple[str, ...]:
    """What a group can be called: its own key, or with its catalogue's."""
    return (row.statement.group, f"{row.key[0]}:{row.statement.group}")


@as_deed
def attest_statements(*, environment: Environment, answers: Mapping[Key, Answer], by: Actor) -> Environment:
    """State for statements whether they are met, how, and by which documents. Only what changed is written.

    A change to what an accredited environment attests suspends the accreditation until an authority has looked: the
    gate refuses from this deed on. Raises Refused for a statement that it does not answer, an unknown value, a
    document that is not there for it, one that is met without saying how, or where nothing is new.
    """
    lock(environment)
    rows = {row.key: row for row in stated(environment)}
    _check(environment, rows, answers)
    before = as_answers(answers_of(environment.pk))
    fresh = {key: _clean(answer) for key, answer in answers.items()}
    fresh = {key: answer for key, answer in fresh.items() if before.get(key) != answer or rows[key].is_stale}
    if not fresh:
        require(
            refused(_("Nothing has changed since you attested last."), code="nothing_new", rule="environment.attest")
        )
    mandatory = {key for key, row in rows.items() if row.statement.is_mandatory}
    drift = drifts(environment.state, fresh, before, mandatory)
    verb = "drift" if drift else "supplement" if environment.state == "accredited" else "attest"
    found = facts(country=environment.country, owner=environment.owner, answers={**before, **fresh})
    move(
        environment,
        verb,
        by=by,
        changes={"facts_digest": facts_digest(found), "remark": "", **(_suspended(environment) if drift else {})},
        detail={
            ":".join(key): {**asdict(answer), "documents": sorted(str(pk) for pk in answer.documents)}
            for key, answer in fresh.items()
        },
        about=[environment.institution_id],
    )
    _write(environment, rows, fresh, by)
    if drift:
        _tell_of_drift(environment)
    return environment


def _check(environment: Environment, rows: Mapping[Key, Stated], answers: Mapping[Key, Answer]) -> None:
    if not set(answers) <= set(rows):
        reason = _("This environment does not answer such a statement. Reload the page.")
        require(refused(reason, code="unknown_statement", rule="environment.attest"))
    if not {answer.value for answer in answers.values()} <= set(Attestation.Value.values):
        reason = _("Choose “not met”, “met” or “exceeds”.")
        require(refused(reason, code="unknown_term", rule="environment.attest"))
    for answer in answers.values():
        require(complete(answer))
    wanted = {pk for answer in answers.values() for pk in answer.documents}
    if wanted != chosen_documents(environment, wanted):
        reason = _("A document is not there for this environment any more. Choose again.")
        require(refused(reason, code="no_document", rule="environment.attest"))


def _clean(answer: Answer) -> Answer:
    return Answer(answer.value, answer.note.strip(), answer.documents)


def _suspended(environment: Environment) -> dict[str, Any]:
    if environment.state == "suspended":
        return {}
    return {"suspended_at": clock.now(), "suspended_why": _("What was attested has changed.")}


def _write(environment: Environment, rows: Mapping[Key, Stated], fresh: Mapping[Key, Answer], by: Actor) -> None:
    made, documents = [], []
    for key, answer in fresh.items():
        statement = rows[key].statement
        row = Attestation(
            environment=environment,
            statement=statement,
            catalogue_key=key[0],
            identifier=key[1],
            safeguard=statement.safeguard,
            value=answer.value,
            note=answer.note,
            attested_by=by.user,
            attested_at=clock.now(),
        )
        made.append(row)
        documents += [AttestedDocument(attestation=row, evidence_id=pk) for pk in sorted(answer.documents)]
    insert(Attestation, made)
    insert(AttestedDocument, documents)


def _tell_of_drift(environment: Environment) -> None:
    notices.tell_about_drift(environment, to=members_with("case_officer"), key=f"drift:{clock.now().isoformat()}")


@as_deed
def change_environment(
    *, environment: Environment, name: str, country: str, owner: str, description: str, by: Actor
) -> Environment:
    """Change its description. Country and owner are attested facts: a change to one suspends an accreditation.

    Raises ValidationError where a field is wrong or the name is taken, Refused where nothing is new.
    """
    lock(environment)
    wanted = {
        "name": " ".join(name.split()),
        "country": country,
        "owner": owner.strip(),
        "description": description.strip(),
    }
    before = {field: getattr(environment, field) for field in wanted}
    changes: dict[str, Any] = {field: value for field, value in wanted.items() if before[field] != value}
    if not changes:
        require(refused(_("Nothing is different from before."), code="nothing_new", rule="environment.describe"))
    _validate(environment, changes)
    drift = environment.state in ("accredited", "suspended") and not set(FACTS).isdisjoint(changes)
    detail = {field: {"before": before[field], "now": value} for field, value in changes.items()}
    if not set(FACTS).isdisjoint(changes):
        answers = as_answers(answers_of(environment.pk))
        found = facts(country=wanted["country"], owner=wanted["owner"], answers=answers)
        changes |= {"facts_digest": facts_digest(found)}
    if drift:
        changes |= _suspended(environment)
    verb = "drift" if drift else "describe"
    move(environment, verb, by=by, changes=changes, detail=detail, about=[environment.institution_id])
    if drift:
        _tell_of_drift(environment)
    return environment


def _validate(environment: Environment, changes: Mapping[str, Any]) -> None:
    """Raise ValidationError for values that the model does not take. The object is left as it was."""
    trial = Environment(pk=environment.pk, institution_id=environment.institution_id, key=environment.key)
    for field in ("name", "country", "owner", "description"):
        setattr(trial, field, changes.get(field, getattr(environment, field)))
    trial.clean_fields(exclude=_all_but(("name", "country", "owner", "description")))
    if "name" in changes:
        _name_is_free(trial)


def _all_but(names: Iterable[str]) -> list[str]:
    kept = set(names)
    return [field.name for field in Environment._meta.fields if field.name not in kept]


def _name_is_free(trial: Environment) -> None:
    others = Environment.objects.filter(institution_id=trial.institution_id, name=trial.name).exclude(pk=trial.pk)
    if others.exists():
        require(refused(_("You have another environment of this name."), code="name_taken", rule="environment.name"))


@as_deed
def close_environment(*, environment: Environment, by: Actor) -> Environment:
    """Close it for good. Lines of grants that name it permit nothing any more."""
    return move(environment, "close", by=by, about=[environment.institution_id])
