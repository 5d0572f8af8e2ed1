"""Addresses of accounts: home, second factor, organisations, their people and gateways."""

from django.urls import path

from portal.accounts.views import delegations, gateways, home, organisation, people, second_factor

urlpatterns = [
    path("", home.home, name="home"),
    path("roles/", home.roles, name="roles"),
    path("second-factor/", second_factor.second_factor, name="second_factor"),
    path("act-as/", organisation.act_as, name="act_as"),
    path("organisations/register/", organisation.register, name="organisation_register"),
    path("organisations/registered/", organisation.registered, name="organisation_registered"),
    path("organisations/<uuid:pk>/", organisation.show, name="organisation"),
    path("organisations/<uuid:pk>/change/", organisation.amend, name="organisation_amend"),
    path("organisations/<uuid:pk>/invite/", people.invite, name="invitation_send"),
    path("organisations/<uuid:pk>/cover/", delegations.delegations, name="delegations"),
    path("organisations/<uuid:pk>/cover/new/", delegations.give, name="delegation_give"),
    path("cover/<uuid:pk>/end/", delegations.withdraw, name="delegation_withdraw"),
    path("invitations/<uuid:pk>/resend/", people.resend, name="invitation_resend"),
    path("invitations/<uuid:pk>/withdraw/", people.withdraw, name="invitation_withdraw"),
    path("invitations/<uuid:pk>/accept/", people.accept_own, name="invitation_accept"),
    path("invitation/<str:token>/", people.open_invitation, name="invitation_open"),
    path("memberships/<uuid:pk>/roles/", people.membership_roles, name="membership_roles"),
    path("memberships/<uuid:pk>/end/", people.membership_end, name="membership_end"),
    path("gateways/", gateways.gateways, name="gateways"),
    path("gateways/register/", gateways.gateway_register, name="gateway_register"),
    path("gateways/<uuid:pk>/", gateways.gateway, name="gateway"),
    path("gateways/<uuid:pk>/rotate/", gateways.gateway_rotate, name="gateway_rotate"),
    path("gateways/<uuid:pk>/end-old-secret/", gateways.gateway_end_former, name="gateway_end_former"),
    path("gateways/<uuid:pk>/revoke/", gateways.gateway_revoke, name="gateway_revoke"),
]
