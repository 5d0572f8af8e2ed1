"""Pages of the sign-in library, and of the identity provider for gateways."""

from tests.contracts.matrix import explicit, public, row, signed_in

# A visitor in the midst of signing in is led back to its beginning; who is signed in already, home.
MID_LOGIN = explicit(everyone="ok|sign-in")
# What an account does not have, it cannot show: 404, or a way to set it up.
OWN = explicit(anonymous="sign-in", gateway="sign-in", everyone="ok|404")
# No identity provider of an organisation is configured here.
UNCONFIGURED = explicit(everyone="404")
# Machines talk to these with their own credentials; without them, 400 or 401 as the standard says.
OAUTH = explicit(everyone="ok|401")
HEARD = explicit(everyone="ok|401|404|405")
SLUG = {"organization_slug": "nobody"}
PROVIDER = {"provider_id": "nobody"}

ROWS = [
    row("account_login", public(), public()),
    row("account_signup", public(), public()),
    row("account_logout", public(), public()),
    row("account_inactive", public()),
    row("account_reset_password", public(), public()),
    row("account_reset_password_done", public()),
    row("account_reset_password_from_key_done", public()),
    row("account_reset_password_from_key", public(), public(), make=lambda world: {"uidb36": "abc", "key": "1-2"}),
    row("account_email_verification_sent", public()),
    row("account_confirm_email", public(), explicit(everyone="404"), make=lambda world: {"key": "not-a-key"}),
    row("account_confirm_login_code", MID_LOGIN, MID_LOGIN),
    row("account_email", signed_in(), signed_in()),
    row("account_reauthenticate", signed_in(), signed_in()),
    row("account_change_password", signed_in(), signed_in()),
    row("account_set_password", signed_in(), signed_in()),
    row("mfa_index", signed_in()),
    row("mfa_authenticate", MID_LOGIN, MID_LOGIN),
    row("mfa_reauthenticate", OWN, OWN),
    row("mfa_activate_totp", signed_in(), signed_in()),
    row("mfa_deactivate_totp", OWN, OWN),
    row("mfa_view_recovery_codes", OWN),
    row("mfa_generate_recovery_codes", OWN, OWN),
    row("mfa_download_recovery_codes", OWN),
    row("mfa_list_webauthn", signed_in()),
    row("mfa_add_webauthn", signed_in(), signed_in()),
    row("mfa_reauthenticate_webauthn", OWN, OWN),
    # The key does not exist: nobody has one in this world.
    row("mfa_remove_webauthn", OWN, OWN, make=lambda world: {"pk": 1}),
    row("mfa_edit_webauthn", OWN, OWN, make=lambda world: {"pk": 1}),
    row("mfa_login_webauthn", MID_LOGIN, MID_LOGIN),
    row("usersessions_list", signed_in(), signed_in()),
    row("socialaccount_login_cancelled", public()),
    # The page says that a sign-in elsewhere went wrong, and answers as such.
    row("socialaccount_login_error", explicit(everyone="401")),
    row("socialaccount_signup", MID_LOGIN, MID_LOGIN),
    row("socialaccount_connections", signed_in(), signed_in()),
    # Addresses of earlier versions: they lead on to those above.
    row("account/social/login/cancelled/", public(), public(), path="/account/social/login/cancelled/"),
    row("account/social/login/error/", public(), public(), path="/account/social/login/error/"),
    row("account/social/signup/", public(), public(), path="/account/social/signup/"),
    row("account/social/connections/", public(), public(), path="/account/social/connections/"),
    row("saml_acs", HEARD, HEARD, make=lambda world: SLUG),
    row("saml_finish_acs", HEARD, HEARD, make=lambda world: SLUG),
    row("saml_sls", HEARD, HEARD, make=lambda world: SLUG),
    row("saml_metadata", UNCONFIGURED, HEARD, make=lambda world: SLUG),
    row("saml_login", UNCONFIGURED, UNCONFIGURED, make=lambda world: SLUG),
    row("openid_connect_login", UNCONFIGURED, UNCONFIGURED, make=lambda world: PROVIDER),
    row("openid_connect_callback", UNCONFIGURED, UNCONFIGURED, make=lambda world: PROVIDER),
    row("idp:oidc:configuration", public(), HEARD),
    row("idp:oidc:jwks", public(), HEARD),
    # No client here may ask for a person's consent: every request ends in an error page.
    row("idp:oidc:authorization", MID_LOGIN, MID_LOGIN),
    row("idp:oidc:device_authorization", signed_in(), signed_in()),
    row("idp:oidc:logout", public(), public()),
    row("idp:oidc:token", HEARD, OAUTH),
    row("idp:oidc:revoke", HEARD, OAUTH),
    row("idp:oidc:device_code", HEARD, OAUTH),
    row("idp:oidc:userinfo", HEARD, HEARD),
]
