"""The words of those who judge: notes on sections, questions and their answers, recommendations, refusals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

NOTES = {
    "organisation": (
        "Register extract, statutes and address agree with each other and with the identifier's record.",
        (
            "The mandate covers testing of AI systems expressly (section 4 of the statutes). Names checked against "
            "the register."
        ),
    ),
    "ownership": (
        "No owner or funder outside the member countries. Screening of the directors' names gave no hit.",
        "Ownership traced to the top. The only outside income is a research grant that is unrelated to this work.",
    ),
    "intended_use": (
        (
            "A clear question, a stopping rule, and a plan for telling the provider first. The scale matches the "
            "question."
        ),
        "The programme is well framed. Later requests should say which test sets are confidential.",
    ),
    "environments": (
        (
            "The diagram agrees with the list. The only route out is the gateway; confirmed in a call with the "
            "architect."
        ),
        "Safeguards are adequate for the class of models asked for. Retention of logs exceeds what we ask.",
    ),
    "security": (
        (
            "The certificate is valid and covers the systems in question. The last penetration test left no serious "
            "finding open."
        ),
        (
            "Sign-in and storage of credentials meet the baseline. Monitoring outside office hours relies on "
            "automatic alerts."
        ),
    ),
    "personnel": (
        "Vetting suits the tier. Leavers lose access within hours and the list is reconciled every week.",
        "Training is documented, with dates. A small team, which makes the separation of duties the point to watch.",
    ),
    "data": (
        "Data classes are sensible and kept apart. No personal data in the first phase.",
        "Retention and encryption as they should be. The promise not to train on outputs is in the staff rules.",
    ),
    "incident_response": (
        "The plan is short and usable. The duty officer answered our test call within four minutes.",
        (
            "A rehearsal took place and its lessons are in the plan. The stop is a single command that two people "
            "can give."
        ),
    ),
    "history": (
        "Nothing to weigh. The statements agree with what other authorities told us.",
        "No earlier refusals or proceedings; searches in two registers confirm it.",
    ),
}
PARTLY = {
    "security": (
        "Monitoring covers office hours only. Acceptable at this tier, and to be looked at in the first audit."
    ),
    "personnel": (
        "Leavers lose access the next working day; we would expect hours. The institution says that it is changing "
        "this."
    ),
    "environments": (
        "The filter is in place but has not been tested with the current prompt set. To be shown at accreditation."
    ),
}


@dataclass(frozen=True)
class Exchange:
    """A question about a section, what was answered, and the answers that changed with it."""

    section: str
    question: str
    answer: str
    changes: dict[str, Any]


EXCHANGES = (
    Exchange(
        "environments",
        "Your diagram shows a second outgoing connection from the log host. Where does it lead, and is it needed?",
        "It led to an external time service and has been removed; time now comes from the internal server. The rule "
        "set of the firewall was reviewed at the same time, and the logs are now kept for two years.",
        {"log_retention_days": 730},
    ),
    Exchange(
        "incident_response",
        "You can stop all use within the time that you state. Who may order this at night, and how is it tested?",
        "The duty officer may order it alone, and does so by one command on a machine that only the duty officers "
        "reach. We test it on the first Tuesday of each month; the last three tests took between two and four "
        "minutes.",
        {"stop_minutes": 5},
    ),
    Exchange(
        "personnel",
        "People from a partner university are mentioned in the plan. Will they have access, and under which contract?",
        "They will not. They write test questions and never see model answers. We have made that clear in the plan, "
        "and have shortened the time within which leavers lose access while we were at it.",
        {"leavers_hours": 2},
    ),
    Exchange(
        "data",
        "For how long do you keep answers that were graded as hazardous, and who can decide to keep one longer?",
        "Twelve months, then they are destroyed with a protocol. Only the principal investigator and the security "
        "lead together can extend this, for one answer at a time and with a reason.",
        {"retention_months": 12},
    ),
    Exchange(
        "security",
        "The report of your penetration test lists serious findings that are still open. Which are they, and by when "
        "are they closed?",
        "All of them concerned the booking system, which is on another network. They were closed on the 14th and the "
        "testers confirmed it; we attach nothing, since the letter names the product, but will show it on a visit.",
        {"open_findings": 0},
    ),
)
RECOMMEND = (
    (
        "The institution has a clear public purpose, the people and the means to do the work safely, and answered "
        "openly. The controls meet what the rulebook asks at this tier. I recommend to qualify it."
    ),
    (
        "Sound throughout. What was unclear was put right during the assessment and is in the present revision. The "
        "first audit should look at the reconciliation of accounts. I recommend to qualify the institution."
    ),
    (
        "A small team with good habits. Its method is fixed before the results are known and it tells providers "
        "first. Nothing in the ownership gives rise to concern. I recommend to qualify it."
    ),
)
DECLINE = (
    "The purpose is sound, but the environment and the checks on people are not at the level that the hazards of "
    "this work ask for, and the answers to two questions did not change that. I recommend to decline, and to "
    "encourage a new application."
)
SIGNED = (
    "Read in full. I follow the recommendation.",
    "Agreed. The stopping rule is exemplary.",
    "Signed after reading the exchange about the environment.",
    "",
    "",
)


@dataclass(frozen=True)
class Refusal:
    """Why an application was declined."""

    reasons: tuple[str, ...]
    note: str


REFUSALS = (
    Refusal(
        ("security", "personnel"),
        "The work that you plan needs an environment that is watched around the clock and people whose background "
        "was checked. Today alerts are read in office hours, and checks end with identity. Neither is beyond reach: "
        "please apply again once both are in place. Nothing in this decision speaks against your purpose or your "
        "competence.",
    ),
    Refusal(
        ("incomplete", "data"),
        "We asked twice how long hazardous answers are kept and who may see them, and the answers did not agree with "
        "the plan for incidents. Without a settled rule on this we cannot judge whether results would be contained. "
        "A new application can take over all other sections as they are.",
    ),
)
