"""How allauth behaves here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter


class AccountAdapter(DefaultAccountAdapter):
    """E-mail sign-in."""


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in by an organisation's own identity provider, where one is configured."""


class GatewayAdapter(DefaultOIDCAdapter):
    """The identity provider for gateways."""
