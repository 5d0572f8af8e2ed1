"""The shapes of questions and answers: OpenID AuthZEN Authorization API 1.0, §5 to §8. Unknown fields are ignored."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strict=True)]
OptionalName = Annotated[str, StringConstraints(max_length=300, strict=True)]
Volume = Annotated[int, Field(ge=0, le=10**15, strict=True)]
Properties = dict[str, Any]
MOST_ITEMS = 100
"""Questions in one batch."""
MOST_RESULTS = 100
"""Results on one page of a search."""


class Part(BaseModel):
    """Fields that are not known are ignored, as the standard asks."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class OfType(Part):
    """A kind of subject or resource, where the one meant is what is looked for. An id is ignored."""

    type: Name
    properties: Properties = {}


class Subject(Part):
    """Who asks: type `partner` (id or LEI), `person` (id or e-mail address) or `workload` (id of an environment)."""

    type: Name
    id: Name
    properties: Properties = {}


class Action(Part):
    """What for: the key of a use case of the rulebook, such as `red_teaming`."""

    name: Name
    properties: Properties = {}


class Resource(Part):
    """What is used: type `model_release`, with the provider's identifier of the release or its id here."""

    type: Name
    id: Name
    properties: Properties = {}


class Context(Part):
    """Where, with which data, by which route and how much. Environment and data class are needed for a permit."""

    environment: OptionalName = ""
    data_class: OptionalName = ""
    access_route: OptionalName = ""
    requests: Volume = 0
    tokens: Volume = 0
    seats: Volume = 0


class EvaluationRequest(Part):
    """One access question."""

    subject: Subject
    action: Action
    resource: Resource
    context: Context = Context()


class Options(Part):
    """How a batch is gone through: all of it, or to the first denial or permit (§7.1.2.1)."""

    evaluations_semantic: Literal["execute_all", "deny_on_first_deny", "permit_on_first_permit"] = "execute_all"


class EvaluationsRequest(Part):
    """Many questions. What stands on top is the default for each item; without items it is one question itself."""

    subject: dict[str, Any] | None = None
    action: dict[str, Any] | None = None
    resource: dict[str, Any] | None = None
    context: dict[str, Any] | None = None
    evaluations: Annotated[list[Any], Field(max_length=MOST_ITEMS)] = []
    options: Options = Options()


class Page(Part):
    """Which part of the results: a token of the answer before, and how many at most (§8.2.1)."""

    token: Annotated[str, StringConstraints(max_length=2000, strict=True)] = ""
    limit: Annotated[int, Field(ge=0, le=10**9, strict=True)] | None = None


class Search(Part):
    """What searches have in common."""

    context: Context = Context()
    page: Page = Page()


class SubjectSearch(Search):
    """Who may do this?"""

    subject: OfType
    action: Action
    resource: Resource


class ResourceSearch(Search):
    """With what may they do this?"""

    subject: Subject
    action: Action
    resource: OfType


class ActionSearch(Search):
    """What may they do with it?"""

    subject: Subject
    resource: Resource


class EvaluationResponse(BaseModel):
    """The answer. `context` has a `reason_code`, and with it `reason_user` or the line's obligations and limits."""

    decision: bool
    context: dict[str, Any] = {}


class EvaluationsResponse(BaseModel):
    """Answers in the order of the questions; fewer where the semantic ended it earlier."""

    evaluations: list[EvaluationResponse]


class PageOut(BaseModel):
    """`next_token` is empty on the last page."""

    next_token: str
    count: int


class Entity(BaseModel):
    """A subject or resource that was found, in the words of a question."""

    type: str
    id: str


class FoundAction(BaseModel):
    """An action that was found."""

    name: str


class EntitiesResponse(BaseModel):
    """Subjects or resources for which the question is permitted now."""

    page: PageOut
    results: list[Entity]


class ActionsResponse(BaseModel):
    """Actions for which the question is permitted now."""

    page: PageOut
    results: list[FoundAction]


class Problem(BaseModel):
    """Why there is no answer: a stable code, and a sentence that says what to do."""

    code: str
    detail: str


class Configuration(BaseModel):
    """What this decision point offers (§9)."""

    policy_decision_point: str
    access_evaluation_endpoint: str
    access_evaluations_endpoint: str
    search_subject_endpoint: str
    search_resource_endpoint: str
    search_action_endpoint: str


QUESTION: TypeAdapter[EvaluationRequest] = TypeAdapter(EvaluationRequest)
