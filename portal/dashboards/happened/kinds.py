"""Which deeds are told to whom: those on objects that a role may open, by the apps' own rules of access."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from audits import access as audits
from audits.models import Alert, Appeal, EnforcementCase, Finding, Incident, Obligation, PanelSeat
from audits.models import Audit as InspectionAudit
from audits.queries.alert import alerts_on_desk
from audits.queries.parts import SITS
from grants import access as grants
from grants.models import ConflictDeclaration as RequestDeclaration
from grants.models import ConsentWithdrawal, GrantRequest, Hold
from grants.queries.environment import environments_for
from partners.access import KEEPERS, MEMBERS, visible_cases
from partners.models import Application, ConflictDeclaration, Person, Qualification
from partners.queries.timeline import ASSIGNED, AUTHORITY, PARTY, PUBLIC, SCHEME
from portal.accounts.models import Gateway, Organisation
from portal.core.actors import Actor
from portal.rulebook.models import RulebookVersion


@dataclass(frozen=True)
class Kind:
    """Objects of a noun that the reader may open, the tiers of their events that its page shows, and where that is.

    `called` is the field that names one. `named`: only events that name the reader's body, as providers' pages show
    them. `blind`: without what others assessed, which a page may keep from who is still to assess. `verbs`: only these
    deeds. `opens`: the field with the id of the page that is opened, where it is not the object's own. `bare`: that it
    was done, by which body and when, and nothing of what was said at it.
    """

    noun: str
    rows: QuerySet[Any]
    tiers: tuple[str, ...]
    url_name: str = ""
    called: str = "reference"
    named: bool = False
    blind: bool = False
    verbs: tuple[str, ...] = ()
    opens: str = "pk"
    bare: bool = False


STEPS_OF_HOLDS = ("hold.place", "hold.confirm", "hold.lift", "hold.lapse")
STEPS_OF_ALERTS = ("alert.raise", "alert.clear", "alert.question", "alert.escalate")
"""Without those that come again by the hour."""
NAME = "institution__organisation__name"
Of = Callable[[Actor], Iterator[Kind]]


def kinds_for(actor: Actor) -> list[Kind]:
    """All of the actor's roles together. Of a noun that two of them name, the first counts."""
    return [kind for of in OF_ROLES for kind in of(actor)]


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
        alerts = alerts_on_desk(Alert.objects.all(), actor)
        yield Kind("alert", alerts, AUTHORITY, "admin:audits_alert_change", verbs=STEPS_OF_ALERTS)
    if actor.has("case_officer"):
        approved = Application.objects.filter(institution=OuterRef("institution_id"), state="approved")
        places = environments_for(actor).filter(Exists(approved.filter(authority_id=actor.body_id)))
        yield Kind("environment", places, AUTHORITY, "admin:grants_environment_change", "name")
        owed = audits.of_own_authority(Obligation.objects.all(), actor)
        yield Kind("obligation", owed, AUTHORITY, "admin:audits_obligation_change")


def _provider(actor: Actor) -> Iterator[Kind]:
    """A provider's own catalogue and answers, and of grants and holds what names it: nothing of other providers."""
    if actor.body_kind != "provider" or not actor.has("provider_staff"):
        return
    yield Kind("model", grants.models_for(actor), PARTY, "grants:model", "name")
    yield Kind("release", grants.releases_for(actor), PARTY, "grants:release", "version")
    yield Kind("grant", grants.grants_for(actor), PARTY, "grants:grant", named=True)
    yield Kind("hold", grants.holds_for(actor), PARTY, "grants:hold", "", named=True)
    asked = GrantRequest.objects.filter(Exists(grants.consent_lines_for(actor).filter(request=OuterRef("pk"))))
    yield Kind("grant_request", asked, PARTY, named=True, verbs=("grant_request.consent",))
    notices, grant = ConsentWithdrawal.objects.filter(provider_id=actor.body_id), "line__grant"
    yield Kind("consent_withdrawal", notices, PARTY, "grants:grant", f"{grant}__reference", opens=f"{grant}_id")
    yield Kind("incident", audits.visible_incidents(Incident.objects.all(), actor), SCHEME, "audits:incident")


def _oversight(actor: Actor) -> Iterator[Kind]:
    """What bodies of the scheme may know of incidents, decisions and partners, the rules, and that holds were placed.

    Of holds they have the lists behind the boards: on whom and since when. Why is for the parties, so these are bare.
    """
    if not actor.has("oversight_member"):
        return
    yield Kind("incident", audits.visible_incidents(Incident.objects.all(), actor), SCHEME, "audits:incident")
    partner: dict[str, Any] = {"url_name": "partners:partner", "called": NAME, "opens": "institution_id"}
    yield Kind("qualification", Qualification.objects.all(), SCHEME, **partner)
    yield Kind("enforcement", EnforcementCase.objects.all(), SCHEME, **partner)
    yield Kind("hold", Hold.objects.all(), PARTY, **partner, verbs=STEPS_OF_HOLDS, bare=True)
    yield Kind("rulebook_version", RulebookVersion.objects.all(), PUBLIC, "", "version")


def _panel(actor: Actor) -> Iterator[Kind]:
    """Appeals on whose panel somebody sits, as its room tells them. None that only waits to be admitted."""
    if actor.has(*SITS):
        seat = PanelSeat.objects.filter(member=actor.user_id, body=actor.body_id, left_at=None)
        sits = Appeal.objects.filter(Exists(seat.filter(appeal=OuterRef("pk"))))
        yield Kind("appeal", sits, ASSIGNED, "audits:panel_appeal")


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


OF_ROLES: tuple[Of, ...] = (_desk, _partner, _provider, _oversight, _panel, _administration, _people)
