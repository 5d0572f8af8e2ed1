"""What has to hold whatever anybody did, counted from rows and from the rulebook's text alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connection

from partners.access import visible_cases
from partners.models import (
    Application,
    ConflictDeclaration,
    Hit,
    Qualification,
    Query,
    Recommendation,
    SectionAssessment,
    Signature,
    SignatureVoid,
)
from partners.queries.case import case_of
from portal.accounts.models import Organisation
from portal.core.canonical import digest
from portal.ledger.models import Entry, Event
from portal.ledger.verify import verify
from tests.factories.rulebook import document
from tests.partners.separation.world import Played, World

FOUNDING = document()


def rule_of(application: Application) -> dict[str, Any]:
    """The quorum as the rulebook's document has it, for the application's version."""
    text = FOUNDING
    assert text["meta"]["version"] == application.rulebook
    rule: dict[str, Any] = text["quorum"][application.kind][application.tier]
    return rule


def signatures_of(application: Application) -> list[Signature]:
    """Signatures without a void beside them."""
    voided = set(SignatureVoid.objects.values_list("signature_id", flat=True))
    rows = Signature.objects.filter(application=application, decision="sign").select_related("dossier")
    return [row for row in rows if row.pk not in voided]


def assessors_of(application: Application) -> set[UUID]:
    return {
        row.by_id
        for model in (SectionAssessment, Recommendation)
        for row in model._default_manager.filter(application=application)
    }


class Oracle:
    """Watches one application through an example."""

    def __init__(self, world: World, played: Played) -> None:
        self.world, self.cast = world, played.cast
        self.authors, self.officers = set(played.authors), set(played.officers)
        self.unsent: set[UUID] = set()
        self.known = set(Signature.objects.values_list("pk", flat=True))
        self.most_signatures = 0
        self.was_approved = False

    # --- what the machine tells it --------------------------------------------------------------

    def wrote(self, person: UUID) -> None:
        """Somebody of the institution saved answers. They are an author once anything is sent again."""
        self.unsent.add(person)

    def sent(self, person: UUID) -> None:
        self.authors |= self.unsent | {person}
        self.unsent.clear()

    # --- what has to hold -----------------------------------------------------------------------

    def check(self) -> None:
        """After each deed."""
        application = self.cast.fresh()
        rows = set(Signature.objects.values_list("pk", flat=True))
        assert self.known <= rows, "a signature's row is gone"
        self.known = rows
        live = signatures_of(application)
        self.most_signatures = max(self.most_signatures, len(live))
        qualified = Qualification.objects.filter(application=application).count()
        assert qualified == (application.state == "approved"), "qualified without an approval, or the other way round"
        if application.state == "approved" and not self.was_approved:
            self.approved(application, live)
        self.was_approved = application.state == "approved"
        self.recused(application)

    def approved(self, application: Application, live: list[Signature]) -> None:
        """Who signed had no other part, signed what stood, and there were enough of them."""
        rule, signers = rule_of(application), {row.by_id for row in live}
        parts = {"authors": self.authors, "officers": self.officers, "assessors": assessors_of(application)}
        for part, people in parts.items():
            assert not signers & people, f"a signatory is among the {part}"
        assert not parts["authors"] & parts["assessors"], "an author assessed"
        assert not parts["officers"] & parts["assessors"], "an officer of the case assessed"
        stands = digest(case_of(application).dossier)
        for row in live:
            assert row.digest == row.dossier.digest == digest(row.dossier.content), "the dossier is not what it was"
            assert row.digest == stands, "a signature is on something else than what stands"
        assert not Query.objects.filter(application=application, state="open").exists(), "a question is open"
        assert not Hit.objects.filter(institution=application.institution_id, state="open").exists(), "a hit is open"
        self.enough(application, live, rule)

    def enough(self, application: Application, live: list[Signature], rule: dict[str, Any]) -> None:
        bodies = {row.body_id: Organisation.objects.get(pk=row.body_id) for row in live}
        assert {body.kind for body in bodies.values()} <= set(rule.get("kinds", ["authority"])), "wrong kind of body"
        assert len({row.by_id for row in live}) >= rule["signatures"], "too few people"
        assert len(bodies) >= rule["bodies"], "too few bodies"
        assert len({body.jurisdiction for body in bodies.values()}) >= rule.get("jurisdictions", 1), "too few countries"
        assert not rule.get("home") or application.authority_id in bodies, "nobody of the home authority signed"
        newest = {row.by_id: row for row in Recommendation.objects.filter(application=application).order_by("at", "id")}
        last = application.revisions.order_by("-number")[0].sections
        conflicted = self.conflicted(application)
        counted = [who for who, row in newest.items() if row.revision.sections == last and who not in conflicted]
        assert len(counted) >= rule["assessors"], "too few assessors"
        assert not {row.by_id for row in live} & set(conflicted), "somebody with a conflict signed"

    def conflicted(self, application: Application) -> dict[UUID, int]:
        """Person → where in the record they declared it."""
        rows = ConflictDeclaration.objects.filter(application=application, conflict=True)
        events = Event.objects.filter(
            entry__object_id=application.pk, entry__verb="application.declare", actor_id__in=rows.values("by")
        )
        return {who: seq for who, seq in events.order_by("entry").values_list("actor_id", "entry_id") if who}

    def recused(self, application: Application) -> None:
        """Whoever has a conflict sees the case no more, in whatever body, and did nothing on it since."""
        for person, since in self.conflicted(application).items():
            for actor in self.world.people:
                if actor.user_id == person and actor.body_kind == "authority":
                    seen = visible_cases(Application.objects.filter(pk=application.pk), actor)
                    assert not seen.exists(), "somebody with a conflict sees the case"
            things = [application.pk, *application.queries.values_list("pk", flat=True)]
            things += Hit.objects.filter(application=application).values_list("pk", flat=True)
            later = Event.objects.filter(actor_id=person, entry__gt=since, entry__object_id__in=things)
            assert not later.exists(), f"somebody with a conflict did {later[0].entry.verb}"

    def at_the_end(self) -> None:
        """Every move is in the record, and the database's own checks hold."""
        application = self.cast.fresh()
        connection.check_constraints()
        told = Entry.objects.filter(object_id=application.pk).order_by("-seq").values_list("state", flat=True).first()
        assert told == application.state, "the state is not what the record says"
        signed = Entry.objects.filter(object_id=application.pk, verb="application.sign").count()
        rows = Signature.objects.filter(application=application, decision="sign").count()
        assert signed == rows, "a signature is not in the record"
        assert [str(problem) for problem in verify()] == []
