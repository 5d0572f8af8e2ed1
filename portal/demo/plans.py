"""The evaluation plans that institutions write for each use of a request."""

from __future__ import annotations

from grants.models import GrantRequest, RequestLine
from portal.demo.programmes import Programme
from portal.rulebook.queries import rules

PLANS = {
    "evaluation": {
        "need": "The programme asks what a model does in conditions that its public tests leave out.",
        "question": "Does the rate of wrong or unsafe answers stay below the threshold that we published beforehand?",
        "method": "A fixed set of prompts, run three times for each release with the settings that users meet.",
        "measures": "Rate of wrong, unsafe and refused answers with 95 % intervals; agreement of two graders.",
        "stop": "We stop at once when an answer gives working instructions for serious harm; the head of group decides.",
    },
    "benchmarking": {
        "need": "Releases can be compared only when all of them are run on the same day with the same settings.",
        "question": "Is the newer release at least as reliable as the one that it replaces?",
        "method": "Published test sets and one held-out set, each three times, order drawn at random.",
        "measures": "Difference of scores for each set with its interval; no single figure for a whole model.",
        "stop": "We stop when the held-out set turns up in an answer, which would show that it is known.",
    },
    "red_teaming": {
        "need": "What goes wrong under attack cannot be seen in ordinary use, and providers ask for outside eyes.",
        "question": "Can a skilled person get around the safeguards within eight hours of work?",
        "method": "Six people in pairs, each with a script of attacks and four hours of free work; every turn is kept.",
        "measures": "Share of attacks that succeed, the time until they do, and how bad the outcome is by two judges.",
        "stop": "We stop a line of attack as soon as it works twice, and tell the provider on the same day.",
    },
    "safety_research": {
        "need": "Without the model’s own answers at scale the cause of the behaviour cannot be told from chance.",
        "question": "Does the behaviour follow from the instruction, or from how the conversation went before?",
        "method": "Paired conversations that differ in one sentence; a second group repeats a tenth of them.",
        "measures": "Effect of the one sentence, with the analysis written down before the first request.",
        "stop": "We stop when the behaviour appears outside the test, and report it as an incident.",
    },
    "deployment": {
        "need": "How people work with the answers shows only in their own work.",
        "question": "Do caseworkers find the errors that the model makes?",
        "method": "Forty volunteers over eight weeks, with a second person who reads each letter before it goes out.",
        "measures": "Errors found and missed in a sample that contains known ones; time for each case.",
        "stop": "We stop when a wrong letter has left the house, and after any complaint until it is answered.",
    },
}
SHARED = {
    "readers": "The group, the provider’s safety team, and the authority. Aggregates are published after ten days.",
    "hazards": "Kept apart, encrypted, for the two graders only; told to the provider; destroyed after the report.",
}


def plans_for(request: GrantRequest, programme: Programme) -> dict[str, dict[str, str]]:
    """A whole plan for each use case that the request's lines name."""
    uses = set(RequestLine.objects.filter(request=request).values_list("use_case", flat=True))
    keys = [item.key for item in rules(request.rulebook).scope.plan_parts]
    return {
        use: {key: {**SHARED, **PLANS.get(use, PLANS["evaluation"])}.get(key, programme.title) for key in keys}
        for use in sorted(uses)
    }
