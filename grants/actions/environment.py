"""Deeds on environments: registering, attesting, accrediting."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from grants import notices
from grants.models import Attestation, Environment
from grants.queries.environment import attested
from partners.models import Institution
from partners.queries.standing import standing
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.rulebook.durations import add_months
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move

DEFAULT_TIER = "high"
"""The tier by which an environment of an institution without a qualification is accredited: the strictest."""


@as_deed
def register_environment(
    *, institution: Institution, name: str, key: str, country: str, owner: str, by: Actor, description: str = ""
) -> Environment:
    """Register a place where models will be used. Raises ValidationError where a field is wrong or a name is taken."""
    environment = Environment(
        institution=institution,
        name=" ".join(name.split()),
        key=key.strip(),
        country=country,
        owner=owner.strip(),
        description=description.strip(),
        created_at=clock.now(),
    )
    environment.clean_fields(exclude=["state"])
    environment.validate_constraints()
    return create(
        environment,
        "register",
        by=by,
        detail={"name": environment.name, "country": country, "owner": environment.owner},
        about=[institution.pk],
    )


@as_deed
def attest_environment(*, environment: Environment, values: Mapping[str, tuple[str, str]], by: Actor) -> Environment:
    """State for safeguards whether they are met: safeguard → (value, how). Only what changed is written.

    A change to what an accredited environment attests suspends the accreditation until an authority has looked.
    Raises Refused for a safeguard that the rulebook does not have, or where nothing is new.
    """
    lock(environment)
    known = {item.key for item in rules().scope.safeguards}
    if not set(values) <= known or not {value for value, _note in values.values()} <= set(Attestation.Value.values):
        require(refused(_("Choose from the safeguards of the rulebook."), code="unknown_term", rule="scope.safeguards"))
    before = attested([environment.pk])[environment.pk]
    fresh = {
        key: (value, note.strip())
        for key, (value, note) in values.items()
        if key not in before or (before[key].value, before[key].note) != (value, note.strip())
    }
    if not fresh:
        require(
            refused(_("Nothing has changed since you attested last."), code="nothing_new", rule="environment.attest")
        )
    drifts = environment.state in ("accredited", "suspended")
    move(
        environment,
        "drift" if drifts else "attest",
        by=by,
        detail={key: {"value": value, "note": note} for key, (value, note) in fresh.items()},
        about=[environment.institution_id],
    )
    for key, (value, note) in fresh.items():
        Attestation.objects.create(
            environment=environment, safeguard=key, value=value, note=note, attested_by=by.user, attested_at=clock.now()
        )
    if drifts:
        officers = members_with("case_officer")
        notices.tell_about_drift(environment, to=officers, key=f"drift:{clock.now().isoformat()}")
    return environment


@as_deed
def accredit_environment(*, environment: Environment, by: Actor, note: str = "") -> Environment:
    """Accept what is attested, for the time that the rulebook gives to the institution's tier.

    Raises Refused where a safeguard that every line needs is not met.
    """
    lock(environment)
    book = rules()
    met = {key for key, row in attested([environment.pk])[environment.pk].items() if row.value != "not_met"}
    always = next((rule.safeguards for rule in book.scope.needed if rule.key == "always"), ())
    if lacking := [key for key in always if key not in met]:
        reason = _("Every environment needs these safeguards: %(names)s.") % {"names": ", ".join(lacking)}
        require(refused(reason, code="safeguards_missing", rule="scope.needed.always"))
    tier = standing(institution_id=environment.institution_id).tier or DEFAULT_TIER
    until = add_months(clock.today(), book.scope.accreditation_months[tier])
    return move(
        environment,
        "accredit",
        by=by,
        rulebook=book.version,
        changes={"accredited_until": until, "accredited_by": by.user},
        detail={"until": until, "safeguards": sorted(met), "note": note, "tier": tier},
        about=[environment.institution_id],
    )


@as_deed
def suspend_environment(*, environment: Environment, reason: str, by: Actor) -> Environment:
    """Stop everything in this environment until it is accredited again."""
    if not reason.strip():
        require(refused(_("Say why."), code="no_reason", rule="environment.suspend"))
    return move(environment, "suspend", by=by, detail={"reason": reason}, about=[environment.institution_id])


@as_deed
def close_environment(*, environment: Environment, by: Actor) -> Environment:
    """Close it for good. Lines of grants that name it permit nothing any more."""
    return move(environment, "close", by=by, about=[environment.institution_id])
