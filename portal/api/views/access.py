"""Access questions over HTTP: OpenID AuthZEN Authorization API 1.0, §6 and §7. Plain views, because gateways wait."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from pydantic import ValidationError

from grants.rules.answer import Answer, denial
from portal.accounts.gateways import token_digest
from portal.api.answers import answer, object_in, problem, unauthenticated, what_is_wrong
from portal.api.limits import wait_for
from portal.api.policies import policy_set
from portal.api.schema import QUESTION, EvaluationRequest, EvaluationsRequest
from portal.core.actors import Actor

PARTS = ("subject", "action", "resource", "context")
REQUIRED = ("type", "id", "name")
"""What an item's own object takes over from the default where it lacks it; everything else is the item's alone."""
STOP_AT = {"execute_all": None, "deny_on_first_deny": False, "permit_on_first_permit": True}


@csrf_exempt
def evaluation(request: HttpRequest) -> HttpResponse:
    """May this happen? 200 with a decision; 400 for what is no question; 401 without a token; 429 for too many."""
    token = token_digest(request) or ""
    found = _asked_in(request, token)
    if isinstance(found, HttpResponse) and found.status_code in (401, 405):
        return found
    asked = found if isinstance(found, HttpResponse) else _question(request, found)
    answers = _answered(request, token, [] if isinstance(asked, HttpResponse) else [asked])
    if isinstance(answers, HttpResponse):
        return answers
    return asked if isinstance(asked, HttpResponse) else answer(request, answers[0])


@csrf_exempt
def evaluations(request: HttpRequest) -> HttpResponse:
    """May each of these happen? One statement, however many. A broken item is a denial in its place."""
    token = token_digest(request) or ""
    found = _asked_in(request, token)
    if isinstance(found, HttpResponse) and found.status_code in (401, 405):
        return found
    batch = found if isinstance(found, HttpResponse) else _batch(request, found)
    if isinstance(batch, EvaluationRequest):  # no items: one question (§7.1)
        answers = _answered(request, token, [batch])
        return answers if isinstance(answers, HttpResponse) else answer(request, answers[0])
    items = [] if isinstance(batch, HttpResponse) else batch[0]
    answers = _answered(request, token, [item for item in items if isinstance(item, EvaluationRequest)])
    if isinstance(answers, HttpResponse):
        return answers
    if isinstance(batch, HttpResponse):
        return batch
    told = iter(answers)
    all_of_them = [next(told) if isinstance(item, EvaluationRequest) else item for item in items]
    return answer(request, {"evaluations": _until(all_of_them, batch[1])})


def _asked_in(request: HttpRequest, token: str) -> dict[str, Any] | HttpResponse:
    """The object in the body; or 405, 401 where no token is shown, or what is wrong with the body."""
    if request.method != "POST":
        return problem(request, 405, "method_not_allowed", "Ask with POST.", Allow="POST")
    return object_in(request) if token else unauthenticated(request)


def _answered(request: HttpRequest, token: str, asked: Sequence[EvaluationRequest]) -> list[Answer] | HttpResponse:
    """The answers to whoever's token it is; or 401, or 429. With nothing asked only these two are looked at."""
    opened = policy_set().open(token, asked)
    refusal = turned_away(request, opened.gateway, max(1, len(asked)))
    if refusal is not None:
        return refusal
    return opened.answers() if asked else []


def turned_away(request: HttpRequest, gateway: Actor | None, cost: int) -> HttpResponse | None:
    """401 where the token is not good, 429 where the gateway has asked too much, None where it may go on."""
    if gateway is None or gateway.body_id is None:
        return unauthenticated(request)
    if seconds := wait_for((gateway.body_id, gateway.name), cost):
        return problem(request, 429, "too_many", "Too many questions. Wait a moment.", Retry_After=str(seconds))
    return None


def _question(request: HttpRequest, found: dict[str, Any]) -> EvaluationRequest | HttpResponse:
    try:
        return QUESTION.validate_python(found)
    except ValidationError as error:
        return problem(request, 400, "malformed", what_is_wrong(error))


Item = EvaluationRequest | Answer
"""A question, or the denial that stands in its place."""


def _batch(
    request: HttpRequest, found: dict[str, Any]
) -> tuple[list[Item], bool | None] | EvaluationRequest | HttpResponse:
    """The items, and the decision that ends the batch; the one question where there are no items; or 400."""
    try:
        batch = EvaluationsRequest.model_validate(found)
    except ValidationError as error:
        return problem(request, 400, "malformed", what_is_wrong(error))
    if not batch.evaluations:
        return _question(request, found)
    defaults = {part: found[part] for part in PARTS if part in found}
    return [_item(own, defaults) for own in batch.evaluations], STOP_AT[batch.options.evaluations_semantic]


def _item(own: Any, defaults: dict[str, Any]) -> Item:
    """The question of one item: its own parts, each in place of the default's whole (§7.1.1)."""
    try:
        if not isinstance(own, dict):
            raise TypeError
        mine = {part: _own(part, own, defaults) for part in PARTS if part in own}
        return QUESTION.validate_python({**defaults, **mine})
    except TypeError:
        wrong = "Each item is an object."
    except ValidationError as error:
        wrong = what_is_wrong(error)
    broken = denial("malformed", wrong)
    broken["context"]["error"] = {"status": 400, "message": wrong}
    return broken


def _own(part: str, own: dict[str, Any], defaults: dict[str, Any]) -> Any:
    mine, default = own[part], defaults.get(part)
    if part == "context" or not isinstance(mine, dict) or not isinstance(default, dict):
        return mine
    return {**{name: default[name] for name in REQUIRED if name in default}, **mine}


def _until(answers: list[Answer], last: bool | None) -> list[Answer]:
    """The answers to the first with that decision, it included (§7.1.2.1)."""
    for number, each in enumerate(answers, start=1):
        if last is not None and each["decision"] is last:
            return answers[:number]
    return answers
