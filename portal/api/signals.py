"""Streams of signals by API: OpenID Shared Signals Framework 1.0 §7 and §8, RFC 8936. Scope `signals`.

A client sees its own streams and nobody else's. What goes wrong is told by a status of the standard with `err` and
`description`.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe
from ninja import NinjaAPI, Router
from pydantic import BaseModel

from grants.actions.stream import (
    change_stream,
    create_stream,
    delete_stream,
    seconds_to_wait,
    set_status,
    verify_stream,
)
from grants.models import Stream
from grants.queries.stream import own_gateway, streams_of
from grants.rules.signal import MEMBERS, SUPPORTED, audience_of, delivered
from portal.api.answers import answer
from portal.api.polling import poll_answer
from portal.api.signal_schema import (
    POLL,
    PUSH,
    Changed,
    Chosen,
    Poll,
    Polled,
    StatusChange,
    StatusShown,
    StreamShown,
    SubjectChange,
    Trouble,
    Verify,
)
from portal.api.signal_words import SignalsToken, Troubled, body_of, sent_in, spoken
from portal.core.actors import Actor

METHODS = {PUSH: "push", POLL: "poll"}


def _actor(request: HttpRequest) -> Actor:
    found: Actor = request.auth  # type: ignore[attr-defined]
    return found


def _stream(request: HttpRequest, stream_id: str) -> Stream:
    """The client's own stream of that id. Raises Troubled (404) for everybody else's, too."""
    try:
        found = streams_of(_actor(request)).filter(pk=UUID(stream_id)).first()
    except ValueError:
        found = None
    if found is None:
        raise Troubled(404, "not_found", "You have no stream of this id.")
    return found


def _address(name: str, **parts: Any) -> str:
    return f"{settings.BASE_URL}{reverse(f'api:api_v1:signals_{name}', kwargs=parts)}"


def shown(stream: Stream) -> dict[str, Any]:
    """A stream's configuration (§8.1.1). The header is not shown."""
    push = stream.method == "push"
    found = {
        "stream_id": str(stream.pk),
        "iss": settings.BASE_URL,
        "aud": audience_of(settings.BASE_URL, stream.provider_id),
        "delivery": {
            "method": PUSH if push else POLL,
            "endpoint_url": stream.endpoint_url if push else _address("poll", pk=stream.pk),
        },
        "events_supported": list(SUPPORTED),
        "events_requested": stream.events_requested,
        "events_delivered": delivered(stream.events_requested),
        "min_verification_interval": settings.SIGNALS_VERIFICATION_SECONDS,
    }
    return {**found, "description": stream.description} if stream.description else found


def _status(stream: Stream) -> dict[str, Any]:
    found = {"stream_id": str(stream.pk), "status": stream.state}
    return {**found, "reason": stream.reason} if stream.reason else found


def _wanted(sent: Chosen, stream: Stream | None = None) -> dict[str, Any]:
    """What to make or replace; of a stream that is only changed, what was not sent stays."""
    push = sent.delivery and METHODS[sent.delivery.method] == "push"
    if sent.delivery is None and stream is not None:
        wanted: dict[str, Any] = {"method": stream.method, "endpoint_url": stream.endpoint_url}
    else:
        url = sent.delivery.endpoint_url if sent.delivery and push else None
        wanted = {"method": "push" if push else "poll", "endpoint_url": url or ""}
    header = sent.delivery.authorization_header if sent.delivery and push else None
    events, words = sent.events_requested, sent.description
    if stream is not None:
        events = stream.events_requested if events is None else events
        words = stream.description if words is None else words
    return {**wanted, "authorization": header or "", "events": events or [], "description": words or ""}


def _supplied(sent: Changed, stream: Stream) -> None:
    """What the transmitter supplies may be sent along as it is, and not otherwise (§8.1.1.3). Raises Troubled (400)."""
    now = shown(stream)
    for name in ("iss", "aud", "events_supported", "events_delivered", "min_verification_interval"):
        value = getattr(sent, name)
        if value is not None and value not in (now[name], [now[name]]):
            raise Troubled(400, "invalid_request", f"{name} is supplied by the transmitter and cannot be changed.")


# --- the document ---------------------------------------------------------------------------------
TROUBLE = {400: Trouble, 401: Trouble, 403: Trouble, 404: Trouble, 409: Trouble, 413: Trouble, 429: Trouble}
GONE: dict[Any, Any] = {204: None, **TROUBLE}


def _named(name: str, summary: str, body: type[BaseModel] | None = None) -> dict[str, Any]:
    found = {"operation_id": f"signals_{name}", "url_name": f"signals_{name}", "summary": summary}
    return {**found, "openapi_extra": body_of(body)} if body else found


router = Router(auth=SignalsToken(), tags=["signals"])


@router.get("/streams", response={200: StreamShown | list[StreamShown], **TROUBLE}, **_named("streams", "Your streams"))
@spoken
def streams(request: HttpRequest, stream_id: str = "") -> Any:
    """One stream by its id, or all of the client's."""
    if stream_id:
        return shown(_stream(request, stream_id))
    return [shown(stream) for stream in streams_of(_actor(request))]


@router.post("/streams", response={201: StreamShown, **TROUBLE}, **_named("create", "Create a stream", Chosen))
@spoken
def create(request: HttpRequest) -> HttpResponse:
    """Create a stream. It starts with what is stopped at this moment."""
    actor, sent = _actor(request), sent_in(request, Chosen)
    made = create_stream(gateway=own_gateway(actor), by=actor, **_wanted(sent))
    return answer(request, shown(made), 201)


@router.patch("/streams", response={200: StreamShown, **TROUBLE}, **_named("update", "Change a stream", Changed))
@spoken
def update(request: HttpRequest) -> Any:
    """Change what is sent; the rest stays."""
    sent = sent_in(request, Changed)
    stream = _stream(request, sent.stream_id)
    _supplied(sent, stream)
    wanted = _wanted(sent, stream)
    return shown(change_stream(stream=stream, by=_actor(request), keep_authorization=True, **wanted))


@router.put("/streams", response={200: StreamShown, **TROUBLE}, **_named("replace", "Replace a stream", Changed))
@spoken
def replace_stream(request: HttpRequest) -> Any:
    """Replace everything that the receiver chooses; what is not sent is as if it had never been."""
    sent = sent_in(request, Changed)
    stream = _stream(request, sent.stream_id)
    _supplied(sent, stream)
    return shown(change_stream(stream=stream, by=_actor(request), **_wanted(sent)))


@router.delete("/streams", response=GONE, **_named("delete", "Delete a stream"))
@spoken
def delete(request: HttpRequest, stream_id: str = "") -> None:
    """Delete a stream."""
    delete_stream(stream=_stream(request, stream_id), by=_actor(request))


@router.get("/status", response={200: StatusShown, **TROUBLE}, **_named("status", "A stream's status"))
@spoken
def status(request: HttpRequest, stream_id: str = "") -> Any:
    """Whether the stream is enabled, paused or disabled, and why."""
    return _status(_stream(request, stream_id))


@router.post(
    "/status", response={200: StatusShown, **TROUBLE}, **_named("set_status", "Change a stream's status", StatusChange)
)
@spoken
def status_set(request: HttpRequest) -> Any:
    """Enable, pause or disable the stream."""
    sent = sent_in(request, StatusChange)
    stream = _stream(request, sent.stream_id)
    return _status(set_status(stream=stream, status=sent.status, reason=sent.reason or "", by=_actor(request)))


@router.post(
    "/subjects/add", response={200: dict[str, Any], **TROUBLE}, **_named("add_subject", "Add a subject", SubjectChange)
)
@spoken
def add_subject(request: HttpRequest) -> Any:
    """Every stream covers every subject already (default_subjects: ALL), so that there is nothing to add."""
    _stream(request, sent_in(request, SubjectChange).stream_id)
    return {}


@router.post("/subjects/remove", response=GONE, **_named("remove_subject", "Remove a subject", SubjectChange))
@spoken
def remove_subject(request: HttpRequest) -> None:
    """Refused (§8.1.3.3): no gateway may stop hearing of a partner who has access to its provider's models."""
    _stream(request, sent_in(request, SubjectChange).stream_id)
    text = "A stream covers every partner with access to your releases. Pause or disable the stream as a whole."
    raise Troubled(403, "subject_not_removable", text)


@router.post("/verify", response=GONE, **_named("verify", "Ask for a verification event", Verify))
@spoken
def verify(request: HttpRequest) -> None:
    """Have a verification event sent, no more often than the stream's min_verification_interval."""
    sent = sent_in(request, Verify)
    stream = _stream(request, sent.stream_id)
    if seconds := seconds_to_wait(stream):
        raise Troubled(429, "too_often", "A verification was asked for just now.", Retry_After=str(seconds))
    verify_stream(stream=stream, state=sent.state or "", by=_actor(request))


@router.post("/streams/{pk}/poll", response={200: Polled, **TROUBLE}, **_named("poll", "Poll for signals", Poll))
@spoken
def poll(request: HttpRequest, pk: str) -> Any:
    """Take signals, and acknowledge those of before (RFC 8936)."""
    sent = sent_in(request, Poll)
    stream = _stream(request, pk)
    if stream.method != "poll":
        raise Troubled(404, "not_found", "This stream is pushed to its receiver.")
    return poll_answer(stream, sent)


def install_signals(api: NinjaAPI) -> None:
    """Put the streams under /signals/."""
    api.add_router("/signals", router)

    @api.exception_handler(Troubled)
    def _troubled(request: HttpRequest, error: Troubled) -> HttpResponse:
        return answer(request, {"err": error.err, "description": error.description}, error.status, **error.headers)


@require_safe
def configuration(request: HttpRequest) -> HttpResponse:
    """What this transmitter offers (SSF 1.0 §7.1)."""
    found = {
        "spec_version": "1_0",
        "issuer": settings.BASE_URL,
        "jwks_uri": settings.BASE_URL + reverse("jwks_purpose", args=["signals"]),
        "delivery_methods_supported": [PUSH, POLL],
        "configuration_endpoint": _address("streams"),
        "status_endpoint": _address("status"),
        "add_subject_endpoint": _address("add_subject"),
        "remove_subject_endpoint": _address("remove_subject"),
        "verification_endpoint": _address("verify"),
        "critical_subject_members": list(MEMBERS),
        "authorization_schemes": [{"spec_urn": "urn:ietf:rfc:6749"}],
        "default_subjects": "ALL",
    }
    response = answer(request, found)
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
