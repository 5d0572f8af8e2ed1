"""How the sign-in library behaves here."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from uuid import uuid4

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from portal.accounts.models import Gateway
from portal.notifications.notify import queue_mail


class AccountAdapter(DefaultAccountAdapter):
    """E-mail sign-in. Its mails go through the outbox, so that none is lost with a mail server that is down."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail with a text and an HTML part. Its words are removed once it is sent: it opens something."""
        request = self.request
        message: EmailMessage = self.render_mail(
            template_prefix, email, {"request": request, "email": email, "site_name": settings.SITE_NAME, **context}
        )
        shown = {"subject": message.subject, "body": message.body, "BASE_URL": settings.BASE_URL}
        queue_mail(
            to=email,
            subject=str(message.subject),
            text=render_to_string("accounts/emails/signin.txt", shown),
            html=render_to_string("accounts/emails/signin.html", shown),
            key=f"{template_prefix}-{uuid4()}",
            sensitive=True,
        )

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever signed in within the last minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT) is not asked again at once."""
        if not super().is_reauthentication_required(app=app, **kwargs):
            return False
        records = get_authentication_records(self.request, self.request.user)
        # The library stamps records by the machine's clock, not by the scheme's.
        return not any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in by an organisation's own identity provider, where one is configured."""


class SecondFactorAdapter(DefaultMFAAdapter):
    """Seeds of authenticator apps and recovery codes are kept encrypted: the database alone opens no account."""

    def encrypt(self, text: str) -> str:
        """Encrypt under SECRET_KEY (Fernet: AES-128-CBC with HMAC-SHA-256)."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt under SECRET_KEY or one of SECRET_KEY_FALLBACKS. Raises InvalidToken when none fits."""
        return _box().decrypt(encrypted_text.encode()).decode()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(f"portal.accounts.second_factor:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class GatewayAdapter(DefaultOIDCAdapter):
    """The identity provider for gateways: machines only, nobody registers a client over the network."""

    def is_cimd_url_allowed(self, url: str) -> bool:
        """No client describes itself by an address of its own."""
        return False

    def populate_server_metadata(self, data: dict[str, Any]) -> None:
        """Say what is offered: client credentials, by basic authentication or in the body (RFC 8414)."""
        data["grant_types_supported"] = [Client.GrantType.CLIENT_CREDENTIALS.value]
        data["scopes_supported"] = list(Gateway.Scope.values)
