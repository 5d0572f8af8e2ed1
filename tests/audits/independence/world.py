"""A partner that qualified, and people of several bodies: many of them with more than one part."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from audits.actions.audit import assign_auditor, begin_audit, notify_audit, plan_audit
from audits.actions.audit_report import draft_report, respond_to_report, send_report
from audits.actions.catalogue import import_catalogue
from audits.actions.finding import agree_plan, propose_plan, remediate_finding
from portal.accounts.actions.membership import end_membership
from portal.accounts.actor import confirmed, person_in
from portal.accounts.models import Membership, Organisation, User
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.oscal import read_oscal
from tests.factories.accounts import make_member, make_user
from tests.factories.audits import BASELINE, Stage, finding_in, qualified, results_for_all


@dataclass
class Played:
    """One audit from which the random deeds go on, and a finding in it."""

    audit: UUID
    finding: UUID | None = None


@dataclass
class World:
    """Everybody, by what they may do. One person may stand here several times, for several bodies."""

    stage: Stage
    people: list[Actor]
    played: dict[str, Played]

    def holding(self, *roles: str) -> list[Actor]:
        return [actor for actor in self.people if actor.has(*roles)]

    def named(self, name: str) -> Actor:
        """The first of the actors whose account has that name."""
        return next(actor for actor in self.people if actor.name == name)


def made_world() -> World:
    """Two authorities, a partner, and those who worked on its case.

    Of those who could audit, some did a part of the case, belong or belonged to the partner, or do so in another body.
    """
    stage = qualified()
    home, abroad, body = stage.cast.authority, stage.cast.other_authority, stage.institution.organisation
    people = [
        stage.auditor, stage.second_officer, stage.applicant, stage.officer, stage.cast.reviewer, stage.signatory,
        stage.other_signatory,
        make_member(home, "auditor"),
        make_member(home, "auditor", "case_officer", user=make_user(name="Two duties")),
        make_member(home, "auditor", "case_officer", "signatory", user=make_user(name="Three duties")),
        make_member(home, "signatory"),
        make_member(abroad, "auditor", "case_officer", "signatory"),
        make_member(body, "applicant"),
    ]  # fmt: skip
    worked_on_it = (stage.cast.reviewer.user, stage.officer.user, stage.signatory.user)
    people += [_also(home, user, "auditor", "case_officer", "reviewer", "signatory") for user in worked_on_it]
    for name, there in (("Came from the partner", "left"), ("Works for both", "stays")):
        user = make_user(name=name)
        make_member(body, "applicant", user=user)
        if there == "left":
            end_membership(membership=Membership.objects.get(user=user), by=stage.applicant)
        else:
            people.append(person_in(user, body))
        people.append(make_member(home, "auditor", "case_officer", "signatory", user=user))
    baseline_of_two()
    world = World(stage, [confirmed(actor) for actor in people], {})
    for name in ("planned", "fieldwork", "open", "remediated", "responded"):
        world.played[name] = _played(world, name)
    return world


def baseline_of_two() -> None:
    """A newer baseline of two controls, so that checklists are short."""
    document = json.loads(BASELINE.read_text())
    document["catalog"]["metadata"]["version"] = "two"
    group = document["catalog"]["groups"][0]
    document["catalog"]["groups"] = [{**group, "controls": group["controls"][:2]}]
    import_catalogue(key="baseline", read=read_oscal(json.dumps(document).encode()), by=SYSTEM)


def _played(world: World, name: str) -> Played:
    """Two auditors work on each that has begun: one who is nothing else, and one who is a case officer too."""
    stage, second = world.stage, world.named("Two duties")
    audit = plan_audit(
        institution_id=stage.institution.pk, authority_id=stage.cast.authority.pk, kind="cause", tier="standard",
        planned_for=clock.today(), reason="An incident.", by=stage.officer,
    )  # fmt: skip
    if name == "planned":
        return Played(audit.pk)
    for auditor in (stage.auditor, second):
        assign_auditor(audit=audit, auditor=auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    begin_audit(audit=audit, by=stage.auditor)
    if name == "fieldwork":
        return Played(audit.pk)
    finding = finding_in(audit, stage.auditor, severity="low")
    if name == "remediated":
        propose_plan(finding=finding, plan="Soon.", by=stage.applicant)
        agree_plan(finding=finding, by=stage.auditor)
        remediate_finding(finding=finding, remediation="Done.", by=stage.applicant)
    if name == "responded":
        results_for_all(audit, second)
        draft_report(audit=audit, summary="Good.", by=stage.auditor)
        send_report(audit=audit, by=stage.auditor)
        respond_to_report(audit=audit, response="We agree.", by=stage.applicant)
    return Played(audit.pk, finding.pk)


def _also(body: Organisation, user: User, *roles: str) -> Actor:
    """The person with more roles in the same body, as an administrator would give them."""
    Membership.objects.filter(user=user, organisation=body).update(roles=sorted(roles))
    return person_in(user, body)
