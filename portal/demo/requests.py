"""Chapter: what trusted partners ask for, line by line, and the grants that come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from grants.actions.amendment import begin_amendment, renewable
from grants.actions.consent import give_consent
from grants.actions.grant import accept_agreement, surrender_grant
from grants.actions.lines import add_lines, remove_line
from grants.actions.plan import write_plans
from grants.actions.request import answer_question, begin_request, submit_request, withdraw_request
from grants.actions.review import (
    ask_partner,
    assign_reviewer,
    declare_interests,
    review_line,
    send_to_providers,
    send_to_signatories,
    take_up_request,
)
from grants.actions.signature import sign_request
from grants.models import Grant, GrantRequest, Release, RequestLine
from grants.queries.request import case_of
from partners.queries.standing import standing
from portal.accounts.actor import confirmed
from portal.core import clock
from portal.core.actors import Actor
from portal.demo.applications import Scene
from portal.demo.parts import Ask
from portal.demo.plans import plans_for
from portal.demo.programmes import Programme
from portal.demo.stage import AuthorityCast, Partner, Stage
from portal.demo.timeline import Story
from portal.rulebook.queries import rules

JUSTIFY = (
    (
        "The test set needs about this many requests for three repetitions with confidence intervals that we can "
        "publish."
    ),
    "Comparison with the release that we tested last year; the same prompts, so that drift can be told from chance.",
    "The strongest release is needed, because weaker ones do not reach the tasks that the programme is about.",
)
CONDITIONS = (
    "Send aggregate results for this line to our safety team ten working days before you publish them.",
    "Use the dedicated project at our gateway; requests from other projects are not covered.",
    "Tell us the dates of batch runs above 20,000 requests three working days ahead.",
)
REVIEWED = ("Keep prompts that produced hazardous answers apart from all others, and destroy them after grading.",)
NARROWED = "Half the requests are enough for three repetitions of the test set; the plan shows no more."
QUESTION = (
    "Line 1 asks for more requests than the plan explains. How many are needed for one run, and how often is it "
    "repeated?"
)
ANSWER = (
    "One run takes 9,400 requests. We repeat it three times for each release and keep a reserve of a tenth for "
    "failed calls. We have no objection to the limit being set accordingly."
)
MOST = {"standard": (40_000, 90_000_000, 12, 364), "elevated": (25_000, 60_000_000, 8, 364), "high": (10_000, 30_000_000, 5, 175)}  # fmt: skip


def grant_request(stage: Stage, partner: Partner, programme: Programme, ask: Ask) -> Story:
    """One request, to the end that the part has for it."""
    if not standing(institution_id=partner.institution.pk).in_force or not partner.environments:
        return
    older = next((grant for grant in reversed(partner.grants) if still_live(grant)), None)
    renews = older is not None and ask.ends == "in_force" and ask.days < 300
    request = begin(partner, programme, older if renews else None)
    wanted = releases_for(stage, partner, ask)
    asked = [line_for(partner, request, release, programme, number, ask) for number, release in enumerate(wanted)]
    add_lines(request=request, lines=asked, by=partner.applicant)
    if ask.ends == "draft":
        return
    write_plans(request=request, plans=plans_for(request, programme), by=partner.applicant)
    yield partner.later(1, 3)
    submit_request(request=request, declared=["purpose"], capacity="Director", by=partner.representative)
    if ask.ends == "submitted":
        return
    home = stage.authority(request.authority_id)
    yield partner.later(1, 3)
    yield from handled(stage, partner, request, home, ask)


def begin(partner: Partner, programme: Programme, older: Grant | None) -> GrantRequest:
    """A new request, or one that continues a grant that is in force: its lines are then written anew."""
    if older is None:
        return begin_request(
            institution=partner.institution, title=programme.title, purpose=programme.text, by=partner.applicant
        )
    kind = "renewal" if renewable(older, rules()) else "amendment"
    request = begin_amendment(grant=older, kind=kind, by=partner.applicant)
    for line in RequestLine.objects.filter(request=request).order_by("number"):
        remove_line(request=request, line_id=line.pk, by=partner.applicant)
    return request


def still_live(grant: Grant) -> bool:
    grant.refresh_from_db()
    return grant.state == "in_force" and grant.ends_on > clock.today() + timedelta(days=30)


def releases_for(stage: Stage, partner: Partner, ask: Ask) -> list[Release]:
    """The releases that the part names, or two of different providers that can be asked for now."""
    if ask.lines:
        return [stage.release(key) for key in ask.lines]
    out = {
        release.pk: release for release in Release.objects.filter(state="released").select_related("model", "provider")
    }
    found = []
    for provider in partner.rng.sample(stage.providers, len(stage.providers)):
        offered = [out[known.pk] for known in provider.releases.values() if known.pk in out and open_to(known, partner)]
        if offered:
            found.append(partner.rng.choice(offered))
    return found[:2]


def open_to(release: Release, partner: Partner) -> bool:
    """The strongest releases are not for partners of the standard tier."""
    return release.capability_tier != "frontier" or partner.tier != "standard"


def line_for(
    partner: Partner, request: GrantRequest, release: Release, programme: Programme, number: int, ask: Ask
) -> dict[str, Any]:
    """What is asked for of one release."""
    requests, tokens, seats, days = MOST[request.risk_tier]
    share = partner.rng.choice((2, 3, 4, 5)) / 5
    starts = clock.today() + timedelta(days=21)
    return {
        "release": release,
        "environment": partner.environments[number % len(partner.environments)],
        "use_case": programme.use_cases[number % len(programme.use_cases)],
        "data_class": "synthetic" if number else programme.data[-1],
        "access_route": "api",
        "requests_per_day": int(requests * share),
        "tokens_per_day": int(tokens * share),
        "seats": max(2, int(seats * share)),
        "starts_on": starts,
        "ends_on": starts + timedelta(days=min(days, ask.months * 30)),
        "justification": JUSTIFY[number % len(JUSTIFY)],
    }


def handled(stage: Stage, partner: Partner, request: GrantRequest, home: AuthorityCast, ask: Ask) -> Scene:
    """Review line by line, consent of the providers, signatures, and the agreement."""
    officer = home.officers[1 % len(home.officers)]
    if ask.ends == "withdrawn":
        withdraw_request(request=request, by=partner.applicant, reason="The test set is not ready; we will ask again.")
        return
    declare_interests(request=request, conflict=False, by=officer)
    take_up_request(request=request, by=officer)
    case = case_of(request)
    reviewers = home.reviewers[-max(1, case.quorum.assessors) :]
    for reviewer in reviewers:
        assign_reviewer(request=request, reviewer=reviewer.user, by=officer)
        declare_interests(request=request, conflict=False, by=reviewer)
    yield partner.later(1, 4)
    if ask.ends == "under_review":
        return
    if ask.ends == "awaiting_partner" or partner.rng.random() < 0.3:
        asked = ask_partner(request=request, question=QUESTION, by=reviewers[0])
        if ask.ends == "awaiting_partner":
            return
        yield partner.later(2, 6)
        answer_question(question=asked, answer=ANSWER, by=partner.applicant)
        request.refresh_from_db()
    yield partner.later(1, 3)
    review(partner, request, reviewers, ask)
    yield partner.later(1, 2)
    if ask.ends == "refused":
        send_to_signatories(request=request, by=officer)
    else:
        send_to_providers(request=request, by=officer)
        yield partner.later(2, 6)
        if ask.ends == "awaiting_provider":
            return
        yield from consents(stage, partner, request, ask)
        yield partner.later(1, 2)
        send_to_signatories(request=request, by=officer)
    yield from signed(stage, partner, request, home, ask)


def review(partner: Partner, request: GrantRequest, reviewers: list[Actor], ask: Ask) -> None:
    for number, item in enumerate(case_of(request).lines):
        by, line = reviewers[number % len(reviewers)], item.line
        if ask.ends == "refused":
            review_line(
                line=line, outcome="refused", reason_code="not_necessary", by=by,
                reason="A release that anyone can use answers the question of this programme equally well.",
            )  # fmt: skip
        elif number == 0 and partner.rng.random() < 0.35:
            review_line(
                line=line, outcome="narrowed", requests_per_day=line.requests_per_day // 2, reason=NARROWED, by=by
            )
        else:
            careful = line.use_case == "red_teaming"
            review_line(
                line=line, outcome="as_asked", by=by, conditions=REVIEWED if careful else (),
                obligations=("logging", "output_control") if careful else ("logging",),
            )  # fmt: skip


def consents(stage: Stage, partner: Partner, request: GrantRequest, ask: Ask) -> Scene:
    """Each provider answers for its lines, not all on the same day."""
    for number, item in enumerate(case_of(request).lines, start=1):
        if not item.waits_for_provider:
            continue
        by = stage.provider_of(item.line.release).staff[-1]
        if number == ask.declined:
            give_consent(
                line=item.line, answer="decline", reason_code="capacity", by=by,
                reason=(
                    "Capacity for batch evaluation is committed until the end of the quarter. We would consent later."
                ),
            )  # fmt: skip
        elif partner.rng.random() < 0.5:
            give_consent(line=item.line, answer="conditions", conditions=[partner.rng.choice(CONDITIONS)], by=by)
        else:
            give_consent(line=item.line, answer="consent", by=by)
        yield partner.later(0, 2)


def signed(stage: Stage, partner: Partner, request: GrantRequest, home: AuthorityCast, ask: Ask) -> Scene:
    case = case_of(request)
    people = stage.signers(home, case.quorum.bodies, case.quorum.signatures)
    if ask.ends == "awaiting_signatures":
        people = people[:1]
    for signatory in people:
        yield partner.later(1, 3)
        declare_interests(request=request, conflict=False, by=signatory)
        sign_request(request=request, seen=request.digest, by=confirmed(signatory))
    request.refresh_from_db()
    if request.state != "granted" or ask.ends == "awaiting_agreement":
        return
    grant = Grant.objects.get(request=request)
    yield partner.later(1, 4)
    accept_agreement(
        grant=grant, seen=grant.agreement.digest, capacity="Director", declared={"agreement", "no_training"},
        by=partner.representative,
    )  # fmt: skip
    partner.grants.append(grant)
    if ask.ends == "surrendered":
        yield partner.later(60, 90)
        surrender_grant(
            grant=grant, by=partner.administrator,
            reason="The programme has ended early. We do not want access that we do not use.",
        )  # fmt: skip
