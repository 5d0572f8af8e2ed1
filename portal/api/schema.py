"""The shapes of the access question and its answer: OpenID AuthZEN Authorization API 1.0, §5 and §6."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

Name = Annotated[str, StringConstraints(min_length=1, max_length=300, strict=True)]
OptionalName = Annotated[str, StringConstraints(max_length=300, strict=True)]
Volume = Annotated[int, Field(ge=0, le=10**15, strict=True)]


class Part(BaseModel):
    """Fields that are not known are ignored, as the standard asks."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Subject(Part):
    """Who asks: type `partner` (id or LEI), `person` (id or e-mail address) or `workload` (id of an environment)."""

    type: Name
    id: Name


class Action(Part):
    """What for: the key of a use case of the rulebook, such as `red_teaming`."""

    name: Name


class Resource(Part):
    """What is used: type `model_release`, with the provider's identifier of the release or its id here."""

    type: Name
    id: Name


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


class EvaluationResponse(BaseModel):
    """The answer. `context` has a `reason_code`, and with it `reason_user` or the line's obligations and limits."""

    decision: bool
    context: dict[str, Any] = {}


QUESTION: TypeAdapter[EvaluationRequest] = TypeAdapter(EvaluationRequest)
