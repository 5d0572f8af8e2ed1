"""Chapter: what follows when a partner did not keep to the rules, and the appeal against it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from audits.actions.enforcement import (
    answer_notice,
    give_notice,
    hear_case,
    open_case,
    sign_decision,
    suspend_at_once,
)
from audits.models import EnforcementCase, Incident
from audits.queries.ladder import decision_content, suggested_rung
from audits.queries.measure import live_grants
from grants.actions.environment import close_environment
from grants.models import Grant
from portal.core import clock
from portal.core.canonical import digest
from portal.demo.appeals import appeal
from portal.demo.audits import home_of
from portal.demo.stage import Partner, Stage
from portal.demo.timeline import Story
from portal.rulebook.queries import rules


@dataclass(frozen=True)
class Trespass:
    """What a case is about: `days` before the present it is opened; `ends` is how far it has come."""

    days: int
    measure: str
    facts: str
    reasons: str
    answer: str
    lifted_when: str = ""
    months: int = 0
    milder: str = ""
    why_step: str = ""
    ends: str = "decided"
    at_once: bool = False
    appeals: bool = False


TRESPASSES = {
    "restriction": Trespass(
        80,
        "restriction",
        "Over four days a release was used for a project that no line of the grant covers. The partner found and "
        "reported it itself, but had been reminded of the same rule in an audit seven months earlier.",
        "The rule was known and had been pointed out. A restriction to the environment that checks the project "
        "suffices, since the partner reported the use itself and no hazardous field was touched.",
        "We do not contest the facts. The check of the project was finished before this notice reached us.",
        "The project is checked with each request.\nAn auditor has seen the check refuse a wrong one.",
        6,
        "A warning was weighed. The reminder in the audit was one in all but name, and did not help.",
        "The partner had been told of the same rule seven months before, so that a warning would only repeat it.",
        appeals=True,
    ),
    "suspension": Trespass(
        52,
        "suspension",
        "Three reports in a row said that all safeguards were in operation. The log of the filter, asked for by the "
        "auditor, shows that it was switched off for eleven weeks in which tests with hazardous content took place.",
        "An attestation was wrong three times, on a safeguard that the work depends on. Nothing milder makes sure "
        "that the safeguard is in operation when access is used.",
        "The filter was switched off by a supplier without our knowledge. We regret that nobody compared the "
        "statement with the log. We ask for a restriction in place of a suspension.",
        "The filter is in operation.\nAn alarm tells when it is not.\nAttestations are checked against the log.",
        6,
        "A restriction to work without hazardous content was weighed. It would rest on the same attestations.",
        "Three attestations in a row were wrong on a safeguard that everything else depends on.",
        appeals=True,
    ),
    "removal": Trespass(
        205,
        "removal",
        "A member of staff collected 410,000 outputs over three weeks in order to train a smaller model. The export "
        "passed because one person could release it alone, which the partner had attested to be impossible.",
        "Training on outputs is prohibited and the declaration against it was signed. The collection was systematic, "
        "limits were evaded on purpose, and an attestation was untrue. The trust on which the scheme rests is gone.",
        "We ended the access of the group ourselves and handed over the storage. We ask to weigh that in our favour.",
        months=24,
        milder="A suspension was weighed. Nothing that the partner could do in a year would restore the trust.",
        why_step="The rules were evaded on purpose, and hidden. No milder step answers that.",
        at_once=True,
        appeals=True,
    ),
    "warning": Trespass(
        118,
        "warning",
        "The report on changes among people was filed late three times, in spite of reminders, by 12, 19 and 31 days.",
        "Late reports blind the authority to who has access. A warning is the mildest step, and the first one here.",
        "The colleague who filed the reports had left. Two people share the duty now, with a calendar.",
        appeals=True,
    ),
    "open": Trespass(
        6,
        "warning",
        "Two attestations name a safeguard that the description of the environment does not show.",
        "",
        "",
        ends="opened",
    ),
    "heard": Trespass(
        26,
        "warning",
        "The contact for incidents did not answer on two evenings on which the authority tested it. Calls were answered "
        "on the next morning.",
        "Whoever cannot be reached at night cannot stop anything at night. A warning says so on the record; nothing "
        "happened, and the number has been answered since.",
        "The duty telephone was passed on without its charger. Each shift now confirms by a call that it can be reached.",
        ends="heard",
    ),
    "notice": Trespass(
        9,
        "warning",
        "A set of data was used without the test for real records that the partner had promised after an incident.",
        "The promise was made in the closing of an incident five months ago. It was kept for all sets but this one.",
        "",
        ends="notice_given",
    ),
}
HEARD = "Heard in writing. The partner's answer is on file and was weighed."
AT_ONCE = "Outputs in the hands of one person outside the environment; nobody knows yet whether they were passed on."


def case(stage: Stage, partner: Partner, name: str) -> Story:
    """An enforcement case, from the facts to the decision, and what follows from it."""
    told, home = TRESPASSES[name], home_of(stage, partner)
    officer, second = home.officers[0], home.officers[-1]
    incident = Incident.objects.filter(institution=partner.institution).order_by("-reported_at").first()
    made = open_case(institution=partner.institution, facts=told.facts, incident=incident, by=officer)
    if told.ends == "opened":
        return
    if told.at_once:
        yield clock.now() + timedelta(hours=2)
        stop(stage, partner, made)
    yield partner.later(1, 2)
    made.refresh_from_db()
    until = clock.today() + timedelta(days=30 * told.months) if told.months else None
    give_notice(
        case=made, measure=told.measure, reasons=told.reasons, lifted_when=told.lifted_when, until=until, by=second,
        milder=told.milder, why_step=_why_step(made, told), closes=_closes(made, told),
    )  # fmt: skip
    if told.ends == "notice_given":
        return
    yield partner.later(4, 8)
    answer_notice(case=made, answer=told.answer, by=partner.applicant)
    yield partner.later(2, 3)
    hear_case(case=made, notes=HEARD, by=second)
    if told.ends == "heard":
        return
    step = rules(made.rulebook).enforcement.step(told.measure)
    for signatory in stage.signers(home, step.quorum.bodies, step.quorum.signatures):
        yield partner.later(1, 2)
        sign_decision(case=made, seen=digest(decision_content(made)), by=signatory)
    if told.measure == "removal":
        yield partner.later(2, 3)
        for environment in partner.environments:
            close_environment(environment=environment, by=partner.applicant)
    if told.appeals:
        yield partner.later(5, 9)
        yield from appeal(stage, partner, made, name)


def _why_step(made: EnforcementCase, told: Trespass) -> str:
    """Said only where the ladder suggests another step."""
    other = "What happened is of another kind than before, and less grave."
    return (told.why_step or other) if suggested_rung(made) != told.measure else ""


def _closes(made: EnforcementCase, told: Trespass) -> list[Grant]:
    """What a restriction closes: the newest grant."""
    return live_grants(made.institution_id)[-1:] if told.measure == "restriction" else []


def stop(stage: Stage, partner: Partner, made: EnforcementCase) -> None:
    """Access stops before anything is decided; another authority confirms it the same evening."""
    from grants.actions.hold import confirm_hold

    home = home_of(stage, partner)
    hold = suspend_at_once(
        case=made, reason=AT_ONCE, lifted_when="It is known where the outputs are, and they are sealed.",
        by=home.signatories[-1],
    )  # fmt: skip
    confirm_hold(hold=hold, by=stage.signers(home, 2, 2)[1])
