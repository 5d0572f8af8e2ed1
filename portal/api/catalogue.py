"""A provider's catalogue by API: the deeds of the pages, for its release pipeline. Scope `catalogue`.

Every deed may be sent again: what is there already is given back (200 instead of 201), and nothing is recorded twice.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Query, Router, Schema, Status
from ninja.errors import HttpError
from ninja.errors import ValidationError as ShapeError
from ninja.security.base import AuthBase
from pydantic import AfterValidator, ConfigDict, Field, StringConstraints

from grants.actions.catalogue import (
    announce_release,
    edit_model,
    edit_release,
    list_model,
    publish_release,
    retire_release,
    unlist_model,
)
from grants.models import Model, Release
from portal.accounts.gateways import authenticate_gateway
from portal.accounts.models import Organisation
from portal.api.answers import problem
from portal.api.limits import wait_for
from portal.core.actors import Actor
from portal.core.verdicts import Refused

SCOPE = "catalogue"
ROLE = "release_pipeline"
MOST = 200
"""Rows in one answer."""
UNFIT = frozenset({"unknown_term", "no_route"})
"""Codes of refusals that are about the values sent (422), not about how things stand (409)."""


class NotAdmitted(Exception):
    """No valid token, one of another scope, or too many requests."""

    def __init__(self, status: int, code: str, detail: str, **headers: str) -> None:
        self.status, self.code, self.detail, self.headers = status, code, detail, headers
        super().__init__(detail)


class CatalogueToken(AuthBase):
    """A bearer token from client credentials, of the scope `catalogue`."""

    openapi_type = "oauth2"
    openapi_flows = {
        "clientCredentials": {"tokenUrl": "/identity/o/api/token", "scopes": {SCOPE: "Keep the provider's catalogue"}}
    }

    def __call__(self, request: HttpRequest) -> Actor:
        found = authenticate_gateway(request, SCOPE)
        if found is None and authenticate_gateway(request) is not None:
            challenge = 'Bearer realm="catalogue", error="insufficient_scope", scope="catalogue"'
            detail = "This token has another scope. Get one of the scope catalogue."
            raise NotAdmitted(403, "insufficient_scope", detail, WWW_Authenticate=challenge)
        if found is None:
            detail = "Get a token with your client credentials (scope catalogue), and send it as a bearer token."
            raise NotAdmitted(401, "invalid_token", detail, WWW_Authenticate='Bearer realm="catalogue"')
        if seconds := wait_for((found.body_id, found.name)):
            raise NotAdmitted(429, "too_many", "Too many requests. Wait a moment.", Retry_After=str(seconds))
        return replace(found, roles=frozenset({ROLE}))


def _plain(value: str) -> str:
    if any((ord(char) < 32 and char not in "\n\r\t") or ord(char) == 127 for char in value):
        raise ValueError("Control characters are not taken.")
    return value


def _of(longest: int, shortest: int = 0) -> StringConstraints:
    return StringConstraints(min_length=shortest, max_length=longest, strict=True, strip_whitespace=True)


PLAIN = AfterValidator(_plain)
Name = Annotated[str, _of(100, 1), PLAIN]
Version = Annotated[str, _of(40, 1), PLAIN]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$", strict=True), PLAIN]
Word = Annotated[str, _of(50, 1), PLAIN]
Long = Annotated[str, _of(2000), PLAIN]
Routes = Annotated[list[Word], Field(min_length=1, max_length=20)]


class Sent(Schema):
    """What is sent: names that are not known are refused, so that a slip is not passed over."""

    model_config = ConfigDict(extra="forbid")


class ModelIn(Sent):
    """A model family."""

    name: Name
    summary: Long = ""


class ModelChange(Sent):
    """What is to be different; what is left out stays."""

    name: Name | None = None
    summary: Long | None = None


class ReleaseIn(Sent):
    """A release. Tier and routes are keys of the rulebook's scope."""

    version: Version
    key: Key
    capability_tier: Word
    access_routes: Routes
    notes: Long = ""


class ReleaseChange(Sent):
    """What is to be different; what is left out stays. Only while no grant names the release."""

    version: Version | None = None
    key: Key | None = None
    capability_tier: Word | None = None
    access_routes: Routes | None = None
    notes: Long | None = None


class Retire(Sent):
    """Why a release is retired."""

    reason: Long = ""


class ModelShown(Schema):
    """A model as it stands."""

    id: UUID
    name: str
    summary: str
    state: str
    created_at: datetime


class ReleaseShown(Schema):
    """A release as it stands."""

    id: UUID
    model_id: UUID
    model: str
    version: str
    key: str
    capability_tier: str
    access_routes: list[str]
    notes: str
    state: str
    announced_at: datetime
    released_at: datetime | None
    retired_at: datetime | None

    @staticmethod
    def resolve_model(found: Release) -> str:
        return found.model.name


class ModelPage(Schema):
    """Models by name. `next` is the offset of the next page, or null."""

    items: list[ModelShown]
    next: int | None


class ReleasePage(Schema):
    """Releases, the newest first. `next` is the offset of the next page, or null."""

    items: list[ReleaseShown]
    next: int | None


class Wrong(Schema):
    """Why it was not done: a stable code, and a sentence that says what to do."""

    code: str
    detail: str


class Slice(Schema):
    """Which part of a list."""

    state: str = Field("", max_length=40)
    limit: int = Field(50, ge=1, le=MOST)
    offset: int = Field(0, ge=0, le=10**6)


WRONG = {401: Wrong, 403: Wrong, 404: Wrong, 409: Wrong, 422: Wrong, 429: Wrong}
READS = {401: Wrong, 403: Wrong, 404: Wrong, 422: Wrong, 429: Wrong}
router = Router(auth=CatalogueToken(), tags=["catalogue"])


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.auth  # type: ignore[attr-defined]
    return found


def _models(request: HttpRequest) -> QuerySet[Model]:
    return Model.objects.filter(provider_id=_actor(request).body_id)


def _releases(request: HttpRequest) -> QuerySet[Release]:
    rows: QuerySet[Release] = Release.objects.filter(provider_id=_actor(request).body_id)
    return rows.select_related("model", "provider")


def _model(request: HttpRequest, pk: UUID) -> Model:
    found = _models(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _release(request: HttpRequest, pk: UUID) -> Release:
    found = _releases(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(rows: QuerySet[Any], part: Slice) -> dict[str, Any]:
    if part.state:
        rows = rows.filter(state=part.state.replace("\x00", ""))
    found = list(rows[part.offset : part.offset + part.limit + 1])
    more = len(found) > part.limit
    return {"items": found[: part.limit], "next": part.offset + part.limit if more else None}


@router.get(
    "/models",
    response={200: ModelPage, **READS},
    summary="Your models",
    operation_id="catalogue_models",
    url_name="catalogue_models",
)
def models(request: HttpRequest, part: Query[Slice]) -> dict[str, Any]:
    """Models of the client's provider, by name."""
    return _page(_models(request).order_by("name", "pk"), part)


@router.post(
    "/models", response={200: ModelShown, 201: ModelShown, **WRONG}, summary="List a model",
    operation_id="catalogue_model_list", url_name="catalogue_model_list",
)  # fmt: skip
def model_list(request: HttpRequest, sent: ModelIn) -> Status[Model]:
    """List a model. One of that name that says the same is given back; one that says something else is a conflict."""
    actor, name = _actor(request), " ".join(sent.name.split())
    there = _models(request).filter(name=name).first()
    if there is not None and there.summary == sent.summary:
        return Status(200, there)
    provider = Organisation.objects.get(pk=actor.organisation_id)
    return Status(201, list_model(provider=provider, name=name, summary=sent.summary, by=actor))


@router.get(
    "/models/{uuid:pk}",
    response={200: ModelShown, **READS},
    summary="One model",
    operation_id="catalogue_model",
    url_name="catalogue_model",
)
def model(request: HttpRequest, pk: UUID) -> Model:
    """A model of the client's provider."""
    return _model(request, pk)


@router.patch(
    "/models/{uuid:pk}", response={200: ModelShown, **WRONG}, summary="Change a model",
    operation_id="catalogue_model_edit", url_name="catalogue_model_edit",
)  # fmt: skip
def model_edit(request: HttpRequest, pk: UUID, sent: ModelChange) -> Model:
    """Change name or summary. The name stays once a grant names one of its releases."""
    found = _model(request, pk)
    wanted = {"name": sent.name or found.name, "summary": found.summary if sent.summary is None else sent.summary}
    return _unless_the_same(found, lambda: edit_model(model=found, by=_actor(request), **wanted))


@router.post(
    "/models/{uuid:pk}/unlist", response={200: ModelShown, **WRONG}, summary="Unlist a model",
    operation_id="catalogue_model_unlist", url_name="catalogue_model_unlist",
)  # fmt: skip
def model_unlist(request: HttpRequest, pk: UUID) -> Model:
    """Take a model out of the catalogue. Its releases stay as they are."""
    found = _model(request, pk)
    return found if found.state == "unlisted" else unlist_model(model=found, by=_actor(request))


@router.get(
    "/releases", response={200: ReleasePage, **READS}, summary="Releases of your models",
    operation_id="catalogue_releases", url_name="catalogue_releases",
)  # fmt: skip
def releases(request: HttpRequest, part: Query[Slice], model: UUID | None = None) -> dict[str, Any]:
    """Releases of the client's provider, the newest first; of one model where it is named."""
    rows = _releases(request).order_by("-announced_at", "-pk")
    return _page(rows.filter(model_id=model) if model else rows, part)


@router.post(
    "/models/{uuid:pk}/releases", response={200: ReleaseShown, 201: ReleaseShown, **WRONG},
    summary="Announce a release", operation_id="catalogue_release_announce", url_name="catalogue_release_announce",
)  # fmt: skip
def release_announce(request: HttpRequest, pk: UUID, sent: ReleaseIn) -> Status[Release]:
    """Announce a release. It covers nothing by itself; live grants on the model are looked at again."""
    found, wanted = _model(request, pk), sent.dict()
    wanted["access_routes"] = sorted(set(sent.access_routes))
    there = _releases(request).filter(Q(key=sent.key) | Q(model=found, version=sent.version)).first()
    if there is not None and there.model_id == found.pk and all(getattr(there, k) == v for k, v in wanted.items()):
        return Status(200, there)
    return Status(201, announce_release(model=found, by=_actor(request), **wanted))


@router.get(
    "/releases/{uuid:pk}", response={200: ReleaseShown, **READS}, summary="One release",
    operation_id="catalogue_release", url_name="catalogue_release",
)  # fmt: skip
def release(request: HttpRequest, pk: UUID) -> Release:
    """A release of the client's provider."""
    return _release(request, pk)


@router.patch(
    "/releases/{uuid:pk}", response={200: ReleaseShown, **WRONG}, summary="Change a release",
    operation_id="catalogue_release_edit", url_name="catalogue_release_edit",
)  # fmt: skip
def release_edit(request: HttpRequest, pk: UUID, sent: ReleaseChange) -> Release:
    """Change a release that no grant names yet."""
    found = _release(request, pk)
    wanted = {name: value for name, value in sent.dict().items() if value is not None}
    return _unless_the_same(found, lambda: edit_release(release=found, changes=wanted, by=_actor(request)))


@router.post(
    "/releases/{uuid:pk}/release", response={200: ReleaseShown, **WRONG}, summary="Release it",
    operation_id="catalogue_release_publish", url_name="catalogue_release_publish",
)  # fmt: skip
def release_publish(request: HttpRequest, pk: UUID) -> Release:
    """The release is out: lines that cover it can be used."""
    found = _release(request, pk)
    return found if found.state == "released" else publish_release(release=found, by=_actor(request))


@router.post(
    "/releases/{uuid:pk}/retire", response={200: ReleaseShown, **WRONG}, summary="Retire it",
    operation_id="catalogue_release_retire", url_name="catalogue_release_retire",
)  # fmt: skip
def release_retire(request: HttpRequest, pk: UUID, sent: Retire) -> Release:
    """Take the release out of use, whatever was granted on it. There is no way back."""
    found = _release(request, pk)
    return found if found.state == "retired" else retire_release(release=found, by=_actor(request), reason=sent.reason)


def _unless_the_same(found: Any, change: Any) -> Any:
    """Do it; where nothing is different, what is there is given back."""
    try:
        return change()
    except Refused as refusal:
        if refusal.verdict.code != "nothing_new":
            raise
        found.refresh_from_db()
        return found


def install(api: NinjaAPI) -> None:
    """Put the catalogue under /catalogue/, and have everything that goes wrong answered in one shape."""
    api.add_router("/catalogue", router)

    @api.exception_handler(NotAdmitted)
    def _not_admitted(request: HttpRequest, error: NotAdmitted) -> HttpResponse:
        return problem(request, error.status, error.code, error.detail, **error.headers)

    @api.exception_handler(ShapeError)
    def _no_shape(request: HttpRequest, error: ShapeError) -> HttpResponse:
        first = error.errors[0]
        where = ".".join(str(part) for part in first.get("loc", ())[1:])
        return problem(request, 422, "malformed", f"{where}: {first.get('msg', '')}".strip(": "))

    @api.exception_handler(HttpError)
    def _no_json(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, "malformed", "Send one JSON object in UTF-8.")

    @api.exception_handler(Refused)
    def _refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
        code = refusal.verdict.code
        status = 403 if code == "wrong_role" else 422 if code in UNFIT else 409
        return problem(request, status, code, str(refusal.verdict.reason))

    @api.exception_handler(ValidationError)
    def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        taken = any(item.code in ("unique", "unique_together") for item in _each(error))
        return problem(request, 409 if taken else 422, "taken" if taken else "malformed", " ".join(error.messages))

    @api.exception_handler(Http404)
    def _not_there(request: HttpRequest, _error: Http404) -> HttpResponse:
        return problem(request, 404, "not_found", "Your provider has nothing under this address.")


def _each(error: ValidationError) -> list[ValidationError]:
    nested = error.error_dict.values() if hasattr(error, "error_dict") else [error.error_list]
    return [item for items in nested for item in items]
