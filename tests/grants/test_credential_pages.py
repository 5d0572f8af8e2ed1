"""The institution's pages on credentials, and what holders' machines and the world read."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants.actions.credential import publish_due, withdraw_key
from grants.models import Credential, HolderKey
from grants.rules.proof import PROOF_TYP
from portal.keys import jose
from portal.ledger.models import Entry
from tests.factories import grants as make
from tests.grants.holder import Holder, claims_of, now
from tests.query_budget import assert_query_budget
from tests.world import client_for


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def credential(made: make.GrantCast, holder: Holder) -> Credential:
    return holder.register(made.grant, made.applicant)


def page_of(made: make.GrantCast) -> str:
    return reverse("grants:credentials", args=[made.grant.pk])


def challenge_on(page: str) -> tuple[str, str]:
    """Nonce and the sealed challenge of the form, as a person finds them."""
    sealed = re.search(r'name="challenge" value="([^"]+)"', page)
    nonce = re.search(r"--nonce ([\w-]+)", page)
    assert sealed
    assert nonce
    return nonce[1], sealed[1]


def proof_of(holder: Holder, nonce: str) -> str:
    claims = {"aud": "http://localhost:8000", "nonce": nonce, "iat": now()}
    return holder.signed({"typ": PROOF_TYP, "jwk": holder.jwk}, claims)


@pytest.mark.parametrize("how", ["pasted", "as a file"])
def test_a_key_is_registered_on_the_page(made: make.GrantCast, holder: Holder, how: str) -> None:
    client = client_for(made.applicant)
    nonce, sealed = challenge_on(client.get(page_of(made)).content.decode())
    proof = proof_of(holder, nonce)
    sent: dict[str, Any] = {"name": "Cluster", "challenge": sealed}
    if how == "pasted":
        sent["proof"] = f" {proof[:50]}\n{proof[50:]} \n"
    else:
        sent["proof_file"] = SimpleUploadedFile("proof.jwt", proof.encode())
    assert client.post(page_of(made), sent).status_code == 302
    page = client.get(page_of(made)).content.decode()
    key = HolderKey.objects.get()
    assert key.thumbprint in page
    assert "Cluster" in page
    assert "Valid" in page


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"proof": "x"},
        {"proof": "a.b.c", "challenge": "forged"},
        {"proof_file": SimpleUploadedFile("x", b"\xff\xfe")},
        {"proof": "x" * 9000},
        {"challenge": "WyJhIiwiYiIsImMiXQ:1:x", "proof": "a.b.c"},
    ],
)
def test_what_is_no_proof_is_said_at_the_form(made: make.GrantCast, sent: dict[str, Any]) -> None:
    client = client_for(made.applicant)
    _nonce, sealed = challenge_on(client.get(page_of(made)).content.decode())
    answer = client.post(page_of(made), {"name": "x", "challenge": sealed, **sent})
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert challenge_on(answer.content.decode())[1] != sealed, "a new challenge for the next try"
    assert not HolderKey.objects.exists()


def test_the_credential_is_downloaded_by_post_and_recorded(made: make.GrantCast, credential: Credential) -> None:
    client = client_for(made.applicant)
    url = reverse("grants:credential_download", args=[made.grant.pk, credential.pk])
    assert client.get(url).status_code == 405
    answer = client.post(url)
    assert answer.content.decode() == credential.token
    assert answer["Content-Type"] == "application/dc+sd-jwt"
    assert "no-store" in answer["Cache-Control"]
    assert Entry.objects.filter(verb="credential.download").count() == 1


def test_a_credential_is_issued_anew_and_its_key_withdrawn(made: make.GrantCast, credential: Credential) -> None:
    client = client_for(made.applicant)
    client.post(reverse("grants:credential_reissue", args=[made.grant.pk, credential.pk]))
    again = Credential.objects.get(state="issued")
    assert again != credential
    url = reverse("grants:key_withdraw", args=[made.grant.pk, again.pk])
    assert "cannot be undone" in client.get(url).content.decode()
    assert client.post(url, {"reason": "Machine was sold"}).status_code == 302
    assert HolderKey.objects.get().state == "withdrawn"
    assert "Its key was withdrawn" in client.get(page_of(made)).content.decode()
    assert client.post(url, {"reason": "Again"}).status_code == 403


def test_a_credential_of_another_grant_is_not_found(made: make.GrantCast, credential: Credential) -> None:
    other = make.grant_in_force()
    client = client_for(other.applicant)
    for grant in (made.grant, other.grant):
        url = reverse("grants:credential_download", args=[grant.pk, credential.pk])
        assert client.post(url).status_code == 404
    assert client_for(made.staff).get(page_of(made)).status_code == 404


def test_the_page_costs_the_same_with_many(made: make.GrantCast, credential: Credential) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            Holder().register(made.grant, made.applicant)

    assert_query_budget(client_for(made.applicant), page_of(made), more)


# --- machines -----------------------------------------------------------------------------------------
def fetch(holder: Holder, nonce: str, proof: str = "") -> Any:
    sent = {"proof": proof or proof_of(holder, nonce), "c_nonce": nonce}
    return Client().post("/credentials/credential", sent, content_type="application/json")


def new_nonce() -> str:
    return str(Client().post("/credentials/nonce").json()["c_nonce"])


def test_who_has_the_key_fetches_the_credential(made: make.GrantCast, holder: Holder, credential: Credential) -> None:
    nonce = new_nonce()
    answer = fetch(holder, nonce)
    assert answer.json() == {"credentials": [{"grant": made.grant.reference, "credential": credential.token}]}
    assert answer["Cache-Control"] == "no-store"
    assert Entry.objects.filter(verb="credential.download").count() == 1
    assert fetch(holder, nonce).json()["code"] == "invalid_nonce"


def test_others_fetch_nothing(made: make.GrantCast, holder: Holder, credential: Credential) -> None:
    assert fetch(Holder(), new_nonce()).json() == {"credentials": []}
    assert fetch(holder, new_nonce(), proof_of(holder, "another")).json()["code"] == "invalid_proof"
    assert fetch(holder, "forged").json()["code"] == "invalid_nonce"
    stolen = Holder().signed({"typ": PROOF_TYP, "jwk": holder.jwk}, {"aud": "http://localhost:8000", "iat": now()})
    assert fetch(holder, new_nonce(), stolen).json()["code"] == "invalid_proof"
    withdraw_key(key=credential.key, reason="Lost", by=made.applicant)
    assert fetch(holder, new_nonce()).json() == {"credentials": []}


def test_a_key_fetches_a_few_times_and_then_waits(holder: Holder, credential: Credential) -> None:
    answers = [fetch(holder, new_nonce()) for _ in range(12)]
    assert answers[0].status_code == 200
    late = next(item for item in answers if item.status_code == 429)
    assert int(late["Retry-After"]) >= 1
    assert late.json()["code"] == "too_many"
    assert Entry.objects.filter(verb="credential.download").count() < 12


@pytest.mark.parametrize("sent", [{}, {"proof": 1, "c_nonce": []}, {"proof": "x"}, [], "x"])
def test_a_request_of_another_shape_is_told_so(db: None, sent: Any) -> None:
    answer = Client().post("/credentials/credential", sent, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert Client().get("/credentials/credential").status_code == 405
    assert Client().get("/credentials/nonce").status_code == 405


def test_the_status_list_is_a_file_that_caches_keep(
    credential: Credential, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    publish_due()
    url = claims_of(credential.token)["status"]["status_list"]["uri"].removeprefix("http://localhost:8000")
    with django_assert_max_num_queries(1):
        answer = Client().get(url)
    assert answer["Content-Type"] == "application/statuslist+jwt"
    assert answer["Cache-Control"] == "public, max-age=30"
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Cookie" not in answer.get("Vary", "")
    assert Client().get(url, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    told = jose.verify(answer.content.decode(), keys=jose.jwks("status")["keys"], typ="statuslist+jwt", audience=None)
    assert told.claims["ttl"] == 30
    assert Client().get("/credentials/status/01a2185e-0000-7000-8000-000000000000").status_code == 404


def test_what_a_credential_points_to_is_there(credential: Credential) -> None:
    told = Client().get("/.well-known/jwt-vc-issuer").json()
    assert told["issuer"] == claims_of(credential.token)["iss"]
    keys = Client().get(told["jwks_uri"].removeprefix("http://localhost:8000")).json()["keys"]
    assert jose.verify(credential.token.split("~")[0], keys=keys, typ="dc+sd-jwt", audience=None)
    vct = claims_of(credential.token)["vct"]
    assert Client().get(vct.removeprefix("http://localhost:8000")).json()["vct"] == vct
