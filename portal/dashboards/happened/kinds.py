"""Which deeds are told to whom: those on objects that a role may open, by the apps' own rules of access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audits import access as audits
from audits.models import Appeal, EnforcementCase, Finding, Incident, Obligation
from audits.models import Audit as InspectionAudit
from grants import access as grants
from grants.models import ConflictDeclaration as RequestDeclaration
from grants.models import Hold
from grants.queries.environment import environments_for
from partners.access import KEEPERS, MEMBERS, visible_cases
from partners.models import Application, ConflictDeclaration, Person
from partners.queries.timeline import AUTHORITY, PARTY, PUBLIC, SCHEME
from portal.accounts.models import Gateway, Organisation
from portal.core.actors import Actor
from portal.rulebook.models import RulebookVersion


@dataclass(frozen=True)
class Kind:
    """Objects of a noun that the reader may open, the tiers of their events that its page shows, and where that is.

    `called` is the field that names one. `named`: only events that name the reader's body, as providers' pages show
    them. `blind`: without what others assessed, which a page may keep from who is still to assess.
    """

    noun: str
    rows: QuerySet[Any]
    tiers: tuple[str, ...]
    url_name: str = ""
    called: str = "reference"
    named: bool = False
    blind: bool = False


Of = Callable[[Actor], Iterator[Kind]]


def kinds_for(actor: Actor) -> list[Kind]:
    """All of the actor's roles together. Of a noun that two of them name, the first counts."""
    return [kind for of in (_desk, _partner, _provider, _oversight, _administration, _people) for kind in of(actor)]


def _partner(actor: Actor) -> Iterator[Kind]:
    """An institution's own cases. Audits are there from the day on which it was told of them."""
    if actor.body_kind != "institution":
        return
    if actor.has(*MEMBERS):
        own = Application.objects.filter(institution_id=actor.body_id)
        yield Kind("application", own, PARTY, "partners:application")
        yield Kind("grant_request", grants.requests_for(actor), PARTY, "grants:request")
        yield Kind("grant", grants.grants_for(actor), PARTY, "grants:grant")
        yield Kind("hold", grants.holds_for(actor), PARTY, "grants:hold", "")
        yield Kind("environment", environments_for(actor), PARTY, "grants:environment", "name")
    if actor.has("applicant"):
        told = EnforcementCase.objects.exclude(state="opened")
        yield Kind("audit", audits.own_audits(actor), PARTY, "audits:audit")
        yield Kind("finding", audits.own(Finding.objects.all(), actor), PARTY, "audits:finding")
        yield Kind("obligation", audits.own(Obligation.objects.all(), actor), PARTY, "audits:obligation")
        yield Kind("incident", audits.visible_incidents(Incident.objects.all(), actor), PARTY, "audits:incident")
        yield Kind("enforcement", audits.own(told, actor), PARTY, "audits:enforcementcase")
        yield Kind("appeal", audits.own(Appeal.objects.all(), actor), PARTY, "audits:appeal")


def _desk(actor: Actor) -> Iterator[Kind]:
    """What an authority's people work on: no case with a conflict of interest, or without a word that there is none."""
    if actor.body_kind != "authority":
        return
    clear = ConflictDeclaration.objects.filter(application=OuterRef("pk"), by=actor.user_id, conflict=False)
    cases = visible_cases(Application.objects.filter(Exists(clear)), actor)
    blind = actor.has("reviewer") or not actor.has("case_officer")
    yield Kind("application", cases, AUTHORITY, "admin:partners_application_change", blind=blind)
    clear_too = RequestDeclaration.objects.filter(request=OuterRef("pk"), person_id=actor.user_id, conflict=False)
    requests = grants.requests_for(actor).filter(Exists(clear_too))
    yield Kind("grant_request", requests, AUTHORITY, "admin:grants_grantrequest_change", blind=blind)
    if actor.has("case_officer", "signatory"):
        runs = grants.grants_for(actor).filter(authority_id=actor.body_id)
        placed = Hold.objects.filter(placed_body_id=actor.body_id)
        yield Kind("grant", runs, AUTHORITY, "admin:grants_grant_change")
        yield Kind("hold", placed, AUTHORITY, "admin:grants_hold_change", "")
        incidents = audits.cases_on_desk(Incident.objects.all(), actor)
        yield Kind("incident", incidents, AUTHORITY, "admin:audits_incident_change")
        enforcement = audits.enforcement_on_desk(EnforcementCase.objects.all(), actor)
        yield Kind("enforcement", enforcement, AUTHORITY, "admin:audits_enforcementcase_change")
    if actor.has("case_officer", "auditor"):
        inspections = audits.audits_on_desk(InspectionAudit.objects.all(), actor)
        findings = audits.findings_on_desk(Finding.objects.all(), actor)
        yield Kind("audit", inspections, AUTHORITY, "admin:audits_audit_change")
        yield Kind("finding", findings, AUTHORITY, "admin:audits_finding_change")
    if actor.has("case_officer"):
        owed = audits.of_own_authority(Obligation.objects.all(), actor)
        yield Kind("obligation", owed, AUTHORITY, "admin:audits_obligation_change")


def _provider(actor: Actor) -> Iterator[Kind]:
    """A provider's own catalogue, and of grants what names it: nothing of other providers."""
    if actor.body_kind != "provider" or not actor.has("provider_staff"):
        return
    yield Kind("model", grants.models_for(actor), PARTY, "grants:model", "name")
    yield Kind("release", grants.releases_for(actor), PARTY, "grants:release", "version")
    yield Kind("grant", grants.grants_for(actor), PARTY, "grants:grant", named=True)
    yield Kind("incident", audits.visible_incidents(Incident.objects.all(), actor), SCHEME, "audits:incident")


def _oversight(actor: Actor) -> Iterator[Kind]:
    """What bodies of the scheme may know of incidents, and the rules."""
    if not actor.has("oversight_member"):
        return
    yield Kind("incident", audits.visible_incidents(Incident.objects.all(), actor), SCHEME, "audits:incident")
    yield Kind("rulebook_version", RulebookVersion.objects.all(), PUBLIC, "", "version")


def _people(actor: Actor) -> Iterator[Kind]:
    """People with access, for those who look after them and for themselves; machines, for who looks after these."""
    if actor.body_kind == "institution":
        if actor.has(*KEEPERS):
            yield Kind("person", Person.objects.filter(institution_id=actor.body_id), PARTY, "partners:person", "name")
        elif actor.user_id is not None:
            own = Person.objects.filter(institution_id=actor.body_id, user_id=actor.user_id)
            yield Kind("person", own, PARTY, "", "name")
    if actor.body_id and actor.has("administrator"):
        organisation = Organisation.objects.filter(pk=actor.body_id)
        yield Kind("organisation", organisation, PARTY, "organisation", "name")
        yield Kind("gateway", Gateway.objects.filter(organisation_id=actor.body_id), PARTY, "gateway", "name")


def _administration(actor: Actor) -> Iterator[Kind]:
    """Whoever keeps the portal running sees who takes part, and no case."""
    if actor.has("system_administrator"):
        organisations = Organisation.objects.all()
        yield Kind("organisation", organisations, PARTY, "admin:accounts_organisation_change", "name")
