"""What anybody may read of credentials, and how a holder's machine gets its own: by proof that it has the key."""

from __future__ import annotations

import json
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from grants.actions.credential import hand_out
from grants.models import StatusList
from grants.queries.credential import issued_to
from grants.rules.credential import type_metadata
from grants.rules.proof import LIFE, NoProof, proven_key_for
from grants.rules.status_list import TTL
from portal.api.answers import answer, object_in, problem
from portal.api.limits import wait_for
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.keys.replay import first_use
from portal.keys.views import cacheable

_SALT = "api.credential-nonce"
COST = 500
"""Of one fetching, in questions at the gate: each is an entry of the record."""
STATUS_TYPE = "application/statuslist+jwt"


@require_safe
def issuer(request: HttpRequest) -> HttpResponse:
    """Where the keys are by which credentials are checked (SD-JWT VC, JWT VC issuer metadata)."""
    keys = f"{settings.BASE_URL}{reverse('jwks_purpose', args=['credentials'])}"
    return _document(request, {"issuer": settings.BASE_URL, "jwks_uri": keys})


@require_safe
def credential_type(request: HttpRequest) -> HttpResponse:
    """What the type of credential means (SD-JWT VC, type metadata)."""
    return _document(request, type_metadata(settings.BASE_URL))


def _document(request: HttpRequest, found: dict[str, object]) -> HttpResponse:
    return cacheable(request, json.dumps(found, ensure_ascii=False).encode(), "application/json", 3600)


@require_safe
def example(request: HttpRequest, name: str) -> HttpResponse:
    """A program to begin with, as it stands in docs/: the holder's side, or the gateway's."""
    path = settings.BASE_DIR / "docs" / f"example_{name}.py"
    response = cacheable(request, path.read_bytes(), "text/x-python; charset=utf-8", 3600)
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    return response


@require_safe
def status_list(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A status list as it was published last (OAuth Token Status List §8). One query; 304 where nothing is new."""
    token = StatusList.objects.filter(pk=pk).exclude(token="").values_list("token", flat=True).first()
    if token is None:
        return problem(request, 404, "not_found", "There is no such list.")
    return cacheable(request, token.encode(), STATUS_TYPE, int(TTL.total_seconds()))


@csrf_exempt
def nonce(request: HttpRequest) -> HttpResponse:
    """A challenge to sign, for the next endpoint. It is good once, for half an hour."""
    if request.method != "POST":
        return problem(request, 405, "method_not_allowed", "Ask with POST.", Allow="POST")
    made = signing.dumps(get_random_string(32), salt=_SALT)
    return answer(request, {"c_nonce": made, "c_nonce_expires_in": int(LIFE.total_seconds())})


@csrf_exempt
def fetch(request: HttpRequest) -> HttpResponse:
    """The credentials that are issued to a key, for whoever proves that they have it. Each handing out is recorded.

    400 for a proof that does not hold. A key that nobody registered has no credentials: an empty list.
    """
    if request.method != "POST":
        return problem(request, 405, "method_not_allowed", "Ask with POST.", Allow="POST")
    found = object_in(request)
    if isinstance(found, HttpResponse):
        return found
    proof, challenge = found.get("proof"), found.get("c_nonce")
    if not isinstance(proof, str) or not isinstance(challenge, str):
        return problem(request, 400, "malformed", "Send a proof, and the c_nonce that it answers, as texts.")
    try:
        signing.loads(challenge, salt=_SALT, max_age=LIFE)
        thumbprint = proven_key_for(proof, nonce=challenge)[1]
    except signing.BadSignature:
        return problem(request, 400, "invalid_nonce", "This c_nonce is none of ours, or too old. Get a new one.")
    except NoProof as error:
        return problem(request, 400, "invalid_proof", str(error))
    if seconds := wait_for(("holder", thumbprint), COST):
        return problem(request, 429, "too_many", "You asked a moment ago. Wait.", Retry_After=str(seconds))
    if not first_use(f"fetch:{challenge}", clock.now() + LIFE):
        return problem(request, 400, "invalid_nonce", "This c_nonce was answered before. Get a new one.")
    return answer(request, {"credentials": _handed_out(thumbprint)})


def _handed_out(thumbprint: str) -> list[dict[str, str]]:
    handed = []
    for row in issued_to(thumbprint):
        try:
            handed.append(
                {"grant": row.grant.reference, "credential": hand_out(credential=row, by=SYSTEM, how="proof")}
            )
        except Refused:  # replaced or ended in this very moment
            continue
    return handed
