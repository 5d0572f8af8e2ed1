"""Sign-in: second factors with real codes, limits, and nothing that tells whether an address has an account."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.test import Client

from portal.accounts.models import User
from portal.notifications.models import Message
from tests.accounts.steps import PASSWORD, set_up_app, sign_in, sign_up
from tests.factories.accounts import make_member, make_organisation, make_user

pytestmark = pytest.mark.django_db


def member(*roles: str, kind: str = "authority") -> User:
    user = make_user(password=PASSWORD)
    make_member(make_organisation(kind), *roles, user=user)
    return user


def with_app(user: User) -> str:
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def roles_of(client: Client) -> frozenset[str]:
    return client.get("/").context["actor"].roles


def test_password_alone_leaves_every_role_but_applicant_asleep() -> None:
    user = member("applicant", "administrator", kind="institution")
    client = Client()
    sign_in(client, user.email)
    page = client.get("/")
    assert page.context["actor"].roles == {"person", "applicant"}
    assert page.context["actor"].dormant == {"administrator"}
    assert b"Some of your roles wait for a second factor" in page.content


def test_the_code_of_the_app_wakes_the_roles(code_of: Callable[[str], str]) -> None:
    user = member("signatory")
    secret = with_app(user)
    client = Client()
    assert sign_in(client, user.email).url == "/account/2fa/authenticate/"
    assert client.get("/admin/")["Location"].startswith("/admin/login/"), "half signed in is not signed in"
    assert client.post("/account/2fa/authenticate/", {"code": "000000"}).status_code == 200
    assert client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302
    assert roles_of(client) == {"person", "signatory"}


def test_a_code_works_once(code_of: Callable[[str], str]) -> None:
    user = member("signatory")
    code = code_of(with_app(user))
    first, second = Client(), Client()
    sign_in(first, user.email)
    sign_in(second, user.email)
    assert first.post("/account/2fa/authenticate/", {"code": code}).status_code == 302
    assert second.post("/account/2fa/authenticate/", {"code": code}).status_code == 200


def test_a_recovery_code_works_once() -> None:
    user = member("reviewer")
    with_app(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    for expected in (302, 200):
        client = Client()
        sign_in(client, user.email)
        assert client.post("/account/2fa/authenticate/", {"code": code}).status_code == expected


def test_seeds_are_not_in_the_database_as_they_are() -> None:
    user = make_user()
    secret = with_app(user)
    kept = str(Authenticator.objects.get(user=user).data)
    assert secret not in kept
    assert TOTP(Authenticator.objects.get(user=user)).validate_code("000000") is False


@pytest.mark.django_db(transaction=True)
def test_setting_up_wakes_and_removing_puts_to_sleep_and_closes_other_sessions(code_of: Callable[[str], str]) -> None:
    user = member("auditor")
    here, elsewhere = Client(), Client()
    sign_in(here, user.email)
    sign_in(elsewhere, user.email)
    assert elsewhere.get("/roles/").status_code == 200
    assert here.get("/second-factor/?next=/roles/").status_code == 200
    set_up_app(here, code_of)
    assert roles_of(here) == {"person", "auditor"}
    assert here.get("/second-factor/")["Location"] == "/roles/", "leads on to where the person was going"
    here.post("/account/2fa/totp/deactivate/")
    assert roles_of(here) == {"person"}
    assert elsewhere.get("/roles/").status_code == 302


def test_the_way_to_a_second_factor_never_leads_elsewhere() -> None:
    user = member("applicant", kind="institution")
    client = Client()
    sign_in(client, user.email)
    assert client.get("/second-factor/?next=https://evil.example/")["Location"] == "/"


ENUMERATION = ("known@example.org", "unknown@example.org")


def test_sign_up_says_the_same_for_known_and_unknown_addresses() -> None:
    make_user("known@example.org", password=PASSWORD)
    answers = [sign_up(Client(), email, "Somebody") for email in ENUMERATION]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, "/account/confirm-email/")] * 2
    assert User.objects.filter(email="known@example.org").count() == 1
    assert Message.objects.filter(to="known@example.org").exists(), "whoever reads the mailbox is told"


def test_reset_says_the_same_for_known_and_unknown_addresses() -> None:
    make_user("known@example.org", password=PASSWORD)
    answers = [Client().post("/account/password/reset/", {"email": email}) for email in ENUMERATION]
    assert [(answer.status_code, answer["Location"]) for answer in answers] == [
        (302, "/account/password/reset/done/")
    ] * 2


def test_sign_in_says_the_same_for_known_and_unknown_addresses() -> None:
    make_user("known@example.org", password=PASSWORD)
    pages = [sign_in(Client(), email, "not the password").content.decode() for email in ENUMERATION]
    plain = [
        re.sub(r'value="[^"]*"|nonce="[^"]*"|[\w.]+@example\.org|\d{3,}', "", page.replace("unknown@", "known@"))
        for page in pages
    ]
    assert plain[0] == plain[1]


def test_guessing_a_password_is_limited() -> None:
    user = make_user(password=PASSWORD)
    answers = [sign_in(Client(), user.email, f"guess number {number}") for number in range(6)]
    assert b"Too many failed" in answers[-1].content
    assert sign_in(Client(), user.email).status_code == 200, "the right one has to wait as well"


def test_guessing_from_one_address_is_limited_across_accounts() -> None:
    for number in range(11):
        answer = sign_in(Client(), f"person{number}@example.net", "a guess")
    assert b"Too many failed" in answer.content or answer.status_code == 429


def test_behind_a_proxy_each_address_has_its_own_limit(settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    def guess(number: int, address: str) -> bytes:
        client = Client(headers={"X-Forwarded-For": f"203.0.113.9, {address}"})
        return sign_in(client, f"person{number}@example.net", "a guess").content

    assert b"Too many failed" in [guess(number, "198.51.100.7") for number in range(11)][-1]
    assert b"Too many failed" not in guess(12, "198.51.100.8")


def test_guessing_codes_is_limited(code_of: Callable[[str], str]) -> None:
    user = member("signatory")
    secret = with_app(user)
    client = Client()
    sign_in(client, user.email)
    for number in range(12):
        client.post("/account/2fa/authenticate/", {"code": f"{number:06d}"})
    answer = client.post("/account/2fa/authenticate/", {"code": code_of(secret)})
    assert answer.status_code in (200, 302)
    assert "_auth_user_id" not in client.session


def test_resetting_the_password_takes_the_link_and_the_second_factor(
    link_in: Callable[[str], str], code_of: Callable[[str], str]
) -> None:
    user = member("signatory")
    secret = with_app(user)
    Client().post("/account/password/reset/", {"email": user.email})
    client = Client()
    form = client.get(link_in(user.email), follow=True).request["PATH_INFO"]
    chosen = "an-entirely-different-phrase"
    assert client.post(form, {"password1": chosen, "password2": chosen}).status_code == 302
    assert sign_in(client, user.email).status_code == 200, "the old one is over"
    assert sign_in(client, user.email, chosen).url == "/account/2fa/authenticate/"
    assert client.post("/account/2fa/authenticate/", {"code": code_of(secret)}).status_code == 302


def test_a_new_address_counts_once_it_is_confirmed(link_in: Callable[[str], str]) -> None:
    user = make_user("old@example.org", password=PASSWORD)
    client = Client()
    sign_in(client, user.email)
    client.post("/account/email/", {"action_add": "", "email": "new@example.org"})
    user.refresh_from_db()
    assert user.email == "old@example.org"
    client.post(link_in("new@example.org"))
    user.refresh_from_db()
    assert user.email == "new@example.org"


def test_sessions_are_listed_and_can_be_closed() -> None:
    user = make_user(password=PASSWORD)
    here, elsewhere = Client(), Client(headers={"User-Agent": "Some other browser"})
    for client in (here, elsewhere):
        sign_in(client, user.email)
        client.get("/")
    assert b"Some other browser" in here.get("/account/sessions/").content
    here.post("/account/sessions/")
    assert UserSession.objects.filter(user=user).count() == 1
    assert elsewhere.get("/roles/").status_code == 302


def test_only_what_is_configured_is_offered(settings: Any) -> None:
    page = Client().get("/account/login/").content
    assert b"With your organisation&#x27;s own sign-in" not in page
    assert b"own sign-in" not in page
    app = {
        "provider_id": "ministry",
        "name": "Ministry sign-in",
        "client_id": "x",
        "secret": "y",
        "settings": {"server_url": "https://id.example/.well-known/openid-configuration"},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    page = Client().get("/account/login/").content
    assert b"Ministry sign-in" in page
    assert b"/account/oidc/ministry/login/" in page


def test_an_inactive_account_is_a_stranger() -> None:
    user = member("applicant", kind="institution")
    client = Client()
    sign_in(client, user.email)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/roles/")["Location"].startswith("/account/login/")
    assert "_auth_user_id" not in _signed_in_again(user).session


def _signed_in_again(user: User) -> Client:
    client = Client()
    sign_in(client, user.email)
    return client


@pytest.mark.parametrize("path", ["/", "/account/login/", "/account/signup/", "/second-factor/", "/roles/"])
def test_pages_carry_the_policy(path: str) -> None:
    user = member("applicant", kind="institution")
    client = Client()
    if path not in ("/account/login/", "/account/signup/"):
        sign_in(client, user.email)
    policy = client.get(path)["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


def test_the_script_of_passkeys_is_a_file_and_its_settings_are_data() -> None:
    page = Client().get("/account/login/").content.decode()
    scripts = re.findall(r"<script\b[^>]*>", page)
    assert any("mfa/js/webauthn.js" in script for script in scripts)
    assert all("src=" in script or 'type="application/json"' in script for script in scripts)


def test_codes_and_links_are_removed_from_the_outbox_once_sent() -> None:
    sign_up(Client(), "someone@example.org", "Someone")
    assert Message.objects.get(to="someone@example.org").sensitive is True
