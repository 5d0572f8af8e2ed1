"""Models, environments, requests, grants and holds for tests, made by the real actions."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from grants.actions.accreditation import accredit_environment
from grants.actions.catalogue import announce_release, list_model, publish_release
from grants.actions.consent import give_consent
from grants.actions.environment import attest_environment, register_environment
from grants.actions.grant import accept_agreement
from grants.actions.lines import add_line
from grants.actions.measure import propose_narrowing, propose_revocation, sign_measure
from grants.actions.plan import write_plans
from grants.actions.request import begin_request, submit_request
from grants.actions.review import (
    assign_reviewer,
    declare_interests,
    review_line,
    send_to_providers,
    send_to_signatories,
    take_up_request,
)
from grants.actions.signature import sign_request
from grants.models import Environment, Grant, GrantLine, GrantMeasure, GrantRequest, Model, Release
from grants.queries.request import lines_of
from grants.rules.decision import Question
from partners.models import Institution
from portal.accounts.actor import confirmed
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.rulebook.queries import rules
from tests.factories.accounts import make_member, make_organisation
from tests.factories.partners import Cast, representative_of, send, sign, submitted_application
from tests.factories.partners import assess as assess_application
from tests.factories.partners import assign as assign_application
from tests.factories.partners import screen as screen_application

_number = itertools.count(1)
DECLARATIONS = {"agreement", "no_training"}


def make_model(provider: Organisation | None = None, by: Actor | None = None) -> tuple[Model, Actor]:
    """A listed model, and one of its provider's staff."""
    body = provider or make_organisation("provider", jurisdiction="US")
    staff = by or make_member(body, "provider_staff")
    return list_model(provider=body, name=f"Meridian {next(_number)}", by=staff), staff


def make_release(
    provider: Organisation | None = None, by: Actor | None = None, *, tier: str = "general", out: bool = True
) -> tuple[Release, Actor]:
    """A release that is out, by API only."""
    model, staff = make_model(provider, by)
    release = announce_release(
        model=model,
        version="4.1",
        key=f"meridian-{next(_number)}",
        capability_tier=tier,
        access_routes=["api"],
        by=staff,
    )
    return (publish_release(release=release, by=staff) if out else release), staff


def make_environment(institution: Institution, by: Actor, *, attested: bool = True, key: str = "") -> Environment:
    """An environment; attested with every safeguard met unless said otherwise."""
    number = next(_number)
    environment = register_environment(
        institution=institution,
        name=f"Fjell lab {number}",
        key=key or f"fjell-lab-{number}",
        country="NO",
        owner="Head of laboratory",
        by=by,
    )
    if attested:
        values = {item.key: ("met", "As described.") for item in rules().scope.safeguards}
        attest_environment(environment=environment, values=values, by=by)
    return environment


@dataclass
class GrantCast:
    """A grant request and everyone who works on it."""

    institution: Institution
    applicant: Actor
    authority: Organisation
    officer: Actor
    reviewer: Actor
    signatory: Actor
    other_signatory: Actor
    staff: Actor
    release: Release
    environment: Environment
    request: GrantRequest
    administrator: Actor | None = None

    def fresh(self) -> GrantRequest:
        related = ("institution__organisation", "authority", "amends")
        self.request = GrantRequest.objects.select_related(*related).get(pk=self.request.pk)
        return self.request

    @property
    def grant(self) -> Grant:
        return Grant.objects.select_related("institution__organisation", "authority", "request").get(
            request=self.request
        )

    @property
    def line(self) -> GrantLine:
        return GrantLine.objects.select_related("grant", "release", "environment").get(grant=self.grant, number=1)

    def question(self, **changes: Any) -> Question:
        """What the provider's gateway asks about the first line."""
        asked: dict[str, Any] = {
            "provider_id": self.staff.body_id,
            "subject_type": "partner",
            "subject_id": str(self.institution.pk),
            "use_case": "evaluation",
            "release": self.release.key,
            "environment": self.environment.key,
            "data_class": "synthetic",
            "today": clock.today(),
        }
        return Question(**{**asked, **changes})


def scope(**changes: Any) -> dict[str, Any]:
    """The fields of a modest line: a year of evaluation with synthetic data."""
    return {
        "use_case": "evaluation",
        "data_class": "synthetic",
        "access_route": "api",
        "requests_per_day": 1000,
        "tokens_per_day": 1_000_000,
        "seats": 5,
        "starts_on": clock.today(),
        "ends_on": clock.today() + timedelta(days=300),
        **changes,
    }


def qualified(**options: Any) -> Cast:
    """A trusted partner with everybody who qualified it."""
    return sign(send(assess_application(assign_application(screen_application(submitted_application(**options))))))


def plan(**parts: str) -> dict[str, str]:
    """A whole evaluation plan, by the parts that the rulebook asks for."""
    return {**{item.key: f"{item.label}: as set out." for item in rules().scope.plan_parts}, **parts}


Place = tuple[Release, Environment]
"""Which release a line is about, and where it is used."""


def draft_request(
    *lines: dict[str, Any],
    made: Cast | None = None,
    provider: Organisation | None = None,
    places: Sequence[Place] = (),
    **people: Any,
) -> GrantCast:
    """A draft with lines (one, unless others are named), for a partner, a release and an environment of its own.

    Where `places` are named, each has a line; their releases are all of the provider whose `staff` is named too.
    """
    partner = made or qualified()
    staff: Any = people.get("staff")
    if not places:
        release, staff = make_release(provider, staff, tier=people.get("tier", "general"))
        places = [(release, make_environment(partner.institution, partner.applicant))]
    request = begin_request(
        institution=partner.institution, title="Evaluation 2027", purpose="To measure refusals.", by=partner.applicant
    )
    asked = lines or ({},) * len(places)
    for line, (release, environment) in zip(asked, itertools.cycle(places), strict=False):
        add_line(request=request, release=release, environment=environment, by=partner.applicant, **scope(**line))
    uses = {scope(**line)["use_case"] for line in asked}
    write_plans(request=request, plans={use_case: plan() for use_case in uses}, by=partner.applicant)
    release, environment = places[0]
    return GrantCast(
        institution=partner.institution,
        applicant=partner.applicant,
        authority=partner.authority,
        officer=partner.officer,
        reviewer=partner.reviewer,
        signatory=partner.signatory,
        other_signatory=partner.other_signatory,
        staff=staff,
        release=release,
        environment=environment,
        request=request,
        administrator=people.get("administrator"),
    )


def submit(made: GrantCast) -> GrantCast:
    by = representative_of(made.request.institution, made.applicant)
    submit_request(request=made.request, declared={"purpose"}, capacity="Director", by=by)
    return made


def take_up(made: GrantCast) -> GrantCast:
    """Taken up by the officer, assigned to the reviewer; both declared no conflict."""
    declare_interests(request=made.request, conflict=False, by=made.officer)
    take_up_request(request=made.request, by=made.officer)
    assign_reviewer(request=made.request, reviewer=made.reviewer.user, by=made.officer)
    declare_interests(request=made.request, conflict=False, by=made.reviewer)
    return made


def review(made: GrantCast, **outcome: Any) -> GrantCast:
    for line in lines_of(made.request):
        review_line(line=line, by=made.reviewer, **{"outcome": "as_asked", **outcome})
    return made


def to_provider(made: GrantCast) -> GrantCast:
    for environment in {made.environment, *(line.environment for line in lines_of(made.request))}:
        accredit_environment(environment=environment, by=made.officer)
    send_to_providers(request=made.request, by=made.officer)
    return made


def consent(made: GrantCast, *answers: dict[str, Any]) -> GrantCast:
    """The provider answers line by line; where no more answers are named, it consents."""
    lines = lines_of(made.request)
    unnamed: list[dict[str, Any]] = [{}] * (len(lines) - len(answers))
    for line, answer in zip(lines, [*answers, *unnamed], strict=True):
        give_consent(line=line, by=made.staff, **{"answer": "consent", **answer})
    return made


def to_signatories(made: GrantCast) -> GrantCast:
    send_to_signatories(request=made.request, by=made.officer)
    return made


def sign_grant(made: GrantCast, *signatories: Actor) -> GrantCast:
    for who in map(confirmed, signatories or (made.signatory, made.other_signatory)):
        declare_interests(request=made.request, conflict=False, by=who)
        sign_request(request=made.request, seen=made.request.digest, by=who)
    return made


def accept(made: GrantCast) -> GrantCast:
    grant, by = made.grant, representative_of(made.grant.institution, made.applicant)
    accept_agreement(grant=grant, seen=grant.agreement.digest, capacity="Director", declared=DECLARATIONS, by=by)
    return made


def submitted_request(*lines: dict[str, Any], **people: Any) -> GrantCast:
    """A request that has arrived."""
    return submit(draft_request(*lines, **people))


def request_at_provider(*lines: dict[str, Any], **people: Any) -> GrantCast:
    """A request whose lines wait for their provider."""
    return to_provider(review(take_up(submitted_request(*lines, **people))))


def request_to_sign(*lines: dict[str, Any], **people: Any) -> GrantCast:
    """A request that waits for signatures."""
    return to_signatories(consent(request_at_provider(*lines, **people)))


def issued_grant(*lines: dict[str, Any], **people: Any) -> GrantCast:
    """A grant that waits for its agreement."""
    return sign_grant(request_to_sign(*lines, **people))


def grant_in_force(*lines: dict[str, Any], **people: Any) -> GrantCast:
    """A grant in force for one line of evaluation with synthetic data, unless other lines are named."""
    return accept(issued_grant(*lines, **people))


def revoke(made: GrantCast, reason: str = "Enforcement.") -> GrantCast:
    """The officer proposes it, and the signatories decide."""
    return decide_measure(made, propose_revocation(grant=made.grant, reason=reason, by=made.officer))


def narrow(made: GrantCast, **limits: Any) -> GrantCast:
    """The officer proposes to narrow the first line, and the signatories decide."""
    reason = limits.pop("reason", "Less is enough.")
    return decide_measure(made, propose_narrowing(line=made.line, reason=reason, by=made.officer, **limits))


def decide_measure(made: GrantCast, measure: GrantMeasure) -> GrantCast:
    """Both signatories sign the measure."""
    for who in map(confirmed, (made.signatory, made.other_signatory)):
        sign_measure(measure=measure, seen=measure.digest, by=who)
    return made
