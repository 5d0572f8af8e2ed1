"""The scheme's own rules: subjects are partners, people and workloads, actions use cases, resources model releases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from grants.queries import access_search
from grants.queries.decision import Asked, AskedMany, ask_as, ask_many_as, decide_all
from grants.rules.answer import RESOURCE, Answer, answer_of, denial
from grants.rules.decision import Decision, Question
from portal.api import tally
from portal.api.policies import AnySearch, Found, Opened
from portal.api.schema import ActionSearch, EvaluationRequest, ResourceSearch, SubjectSearch
from portal.core import clock
from portal.core.actors import Actor

NOBODY = UUID(int=0)


def question_of(asked: EvaluationRequest) -> Question:
    """The question in our words. Its provider is that of whoever asks, and not known yet."""
    context = asked.context
    return Question(
        provider_id=NOBODY,
        subject_type=asked.subject.type,
        subject_id=asked.subject.id,
        use_case=asked.action.name,
        release=asked.resource.id,
        environment=context.environment,
        data_class=context.data_class,
        access_route=context.access_route,
        requests=context.requests,
        tokens=context.tokens,
        seats=context.seats,
        today=clock.today(),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    known: Asked | AskedMany
    asked: Sequence[EvaluationRequest]
    questions: list[Question]

    @property
    def gateway(self) -> Actor | None:
        return self.known.gateway

    def answers(self) -> list[Answer]:
        gateway = self.known.gateway
        assert gateway is not None  # or nobody would be answered
        both = zip(self.asked, self.questions, self._decisions(self.questions), strict=True)
        return [_answer(*each, gateway) for each in both]

    def _decisions(self, questions: list[Question]) -> list[Decision]:
        if isinstance(self.known, AskedMany):
            return self.known.decide(questions)
        return [self.known.decide(question) for question in questions]


def _answer(asked: EvaluationRequest, question: Question, decision: Decision, gateway: Actor) -> Answer:
    if asked.resource.type != RESOURCE:
        return denial("resource_type_unknown", "Ask about resources of type model_release.")
    tally.count(question, decision, gateway)
    return answer_of(decision)


class Scheme:
    """Answers by the grants of the scheme."""

    def open(self, token: str, asked: Sequence[EvaluationRequest]) -> Opened:
        """One statement finds whose token it is and the facts about all of the questions."""
        questions = [question_of(item) for item in asked]
        if len(questions) > 1:
            return _Opened(ask_many_as(token, questions), asked, questions)
        return _Opened(ask_as(token, questions[0] if questions else None), asked, questions)

    def search(self, gateway: Actor, asked: AnySearch, after: str, limit: int) -> Found:
        """Candidates are read in their order behind `after`, and each of them is decided. Two statements."""
        pattern = _pattern(asked, gateway)
        if pattern is None:
            return Found([])
        names = _candidates(asked, pattern, after, limit + 1)
        questions = [_with(asked, pattern, name) for name, _ in names[:limit]]
        decisions = decide_all(questions, reasons=False)
        both = zip(questions, decisions, strict=True)
        permitted = [_named(asked, question) for question, decision in both if decision.permitted]
        return Found(permitted, names[limit - 1][1] if len(names) > limit else "")


def _pattern(asked: AnySearch, gateway: Actor) -> Question | None:
    """What is asked with its open part left empty. None where nothing of that type can be found."""
    if asked.resource.type != RESOURCE:
        return None
    if asked.subject.type not in access_search.SUBJECTS:
        return None
    context = asked.context
    return Question(
        provider_id=gateway.organisation_id,
        subject_type=asked.subject.type,
        subject_id="" if isinstance(asked, SubjectSearch) else asked.subject.id,
        use_case="" if isinstance(asked, ActionSearch) else asked.action.name,
        release="" if isinstance(asked, ResourceSearch) else asked.resource.id,
        environment=context.environment,
        data_class=context.data_class,
        access_route=context.access_route,
        requests=context.requests,
        tokens=context.tokens,
        seats=context.seats,
        today=clock.today(),
    )


def _candidates(asked: AnySearch, pattern: Question, after: str, most: int) -> list[tuple[str, str]]:
    """Names that could be answers, each with its place in the order: what the next page begins behind."""
    if isinstance(asked, SubjectSearch):
        return access_search.subjects(pattern, after, most)
    if isinstance(asked, ResourceSearch):
        return access_search.releases(pattern, after, most)
    return access_search.use_cases(pattern, after, most)


def _with(asked: AnySearch, pattern: Question, name: str) -> Question:
    if isinstance(asked, SubjectSearch):
        return replace(pattern, subject_id=name)
    return replace(pattern, release=name) if isinstance(asked, ResourceSearch) else replace(pattern, use_case=name)


def _named(asked: AnySearch, question: Question) -> dict[str, Any]:
    if isinstance(asked, SubjectSearch):
        return {"type": question.subject_type, "id": question.subject_id}
    if isinstance(asked, ResourceSearch):
        return {"type": RESOURCE, "id": question.release}
    return {"name": question.use_case}
