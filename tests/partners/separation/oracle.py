"""What has to hold whatever anybody did, counted from rows and from the rulebook's text alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

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
from portal.accounts.models import Delegation, Membership, Organisation
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


def both_of(row: Signature) -> set[UUID]:
    """Who signed, and in whose place."""
    return {row.by_id, row.stands_for_id or row.by_id}


def distinct(rows: Iterable[Signature]) -> int:
    """How many people signed, a deputy and whom they stand for counted as one, and whoever is one with either."""
    people: list[set[UUID]] = []
    for row in rows:
        joined = both_of(row)
        for other in [one for one in people if one & joined]:
            joined |= other
            people.remove(other)
        people.append(joined)
    return len(people)


class Oracle:
    """Watches one application through an example."""

    def __init__(self, world: World, played: Played) -> None:
        self.world, self.cast, self.people = world, played.cast, list(world.people)
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
        rule, signers = rule_of(application), set[UUID]().union(*(both_of(row) for row in live))
        parts = {"authors": self.authors, "officers": self.officers, "assessors": assessors_of(application)}
        for part, people in parts.items():
            assert not signers & people, f"a signatory, or whom they stand for, is among the {part}"
        assert not parts["authors"] & parts["assessors"], "an author assessed"
        assert not parts["officers"] & parts["assessors"], "an officer of the case assessed"
        stands = digest(case_of(application).dossier)
        for row in live:
            assert row.digest == row.dossier.digest == digest(row.dossier.content), "the dossier is not what it was"
            assert row.digest == stands, "a signature is on something else than what stands"
        assert not Query.objects.filter(application=application, state="open").exists(), "a question is open"
        assert not Hit.objects.filter(institution=application.institution_id, state="open").exists(), "a hit is open"
        for row in live:
            self.had_the_duty(row)
        self.enough(application, live, rule)

    def had_the_duty(self, row: Signature) -> None:
        """Each signed in their own right, or in the place of a signatory whom they covered for when they did."""
        signatories = Membership.objects.filter(organisation=row.body_id, roles__contains=["signatory"], state="active")
        assert signatories.filter(user=row.stands_for_id or row.by_id).exists(), "nobody's duty was done"
        if row.stands_for_id is None:
            return
        day = row.at.date()
        covers = Delegation.objects.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gte=row.at), membership__user=row.stands_for_id, deputy=row.by_id,
            organisation=row.body_id, given_at__lte=row.at, starts_on__lte=day, ends_on__gte=day,
        )  # fmt: skip
        assert covers.exists(), "somebody signed in a place that was not theirs to fill"

    def enough(self, application: Application, live: list[Signature], rule: dict[str, Any]) -> None:
        bodies = {row.body_id: Organisation.objects.get(pk=row.body_id) for row in live}
        assert {body.kind for body in bodies.values()} <= set(rule.get("kinds", ["authority"])), "wrong kind of body"
        assert distinct(live) >= rule["signatures"], "too few people"
        assert len(bodies) >= rule["bodies"], "too few bodies"
        assert len({body.jurisdiction for body in bodies.values()}) >= rule.get("jurisdictions", 1), "too few countries"
        assert not rule.get("home") or application.authority_id in bodies, "nobody of the home authority signed"
        newest = {row.by_id: row for row in Recommendation.objects.filter(application=application).order_by("at", "id")}
        last = application.revisions.order_by("-number")[0].sections
        conflicted = self.conflicted(application)
        counted = [who for who, row in newest.items() if row.revision.sections == last and who not in conflicted]
        assert len(counted) >= rule["assessors"], "too few assessors"
        for row in live:
            assert not both_of(row) & set(conflicted), "somebody with a conflict signed, or a deputy in their place"

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
            for actor in self.people:
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
