"""Addresses of grants."""

from django.urls import path

from grants.views import attest, builder, catalogue, consent, environment, grant, lines, request
from grants.views.guards import partner_staff, provider_staff

app_name = "grants"
urlpatterns = [
    path("grants/", grant.grants, name="grants"),
    path("grants/<uuid:pk>/", grant.show, name="grant"),
    path("grants/<uuid:pk>/agreement/", grant.agreement, name="agreement"),
    path("grants/<uuid:pk>/surrender/", grant.surrender, name="surrender"),
    path("grants/<uuid:pk>/change/", grant.change, name="grant_change"),
    path("requests/", partner_staff(request.RequestList.as_view()), name="requests"),
    path("requests/new/", request.request_new, name="request_new"),
    path("requests/<uuid:pk>/", request.show, name="request"),
    path("requests/<uuid:pk>/describe/", request.describe, name="request_describe"),
    path("requests/<uuid:pk>/lines/add/", request.line_add, name="line_add"),
    path("requests/<uuid:pk>/lines/check/", request.line_check, name="line_check"),
    path("requests/<uuid:pk>/scope/", builder.build, name="scope_builder"),
    path("requests/<uuid:pk>/plans/<slug:use_case>/", lines.plan, name="plan"),
    path("requests/<uuid:pk>/lines/<uuid:line>/", lines.line_change, name="line_change"),
    path("requests/<uuid:pk>/lines/<uuid:line>/remove/", request.line_remove, name="line_remove"),
    path("requests/<uuid:pk>/check/", request.check, name="request_check"),
    path("requests/<uuid:pk>/ask/", request.ask, name="request_ask_to_sign"),
    path("requests/<uuid:pk>/answer/", request.answer, name="request_answer"),
    path("requests/<uuid:pk>/withdraw/", request.withdraw, name="request_withdraw"),
    path("environments/", partner_staff(environment.EnvironmentList.as_view()), name="environments"),
    path("environments/new/", environment.environment_new, name="environment_new"),
    path("environments/<uuid:pk>/", environment.environment, name="environment"),
    path("environments/<uuid:pk>/change/", environment.environment_change, name="environment_change"),
    path("environments/<uuid:pk>/catalogues/", environment.environment_adopt, name="environment_adopt"),
    path("environments/<uuid:pk>/statements/", partner_staff(attest.StatementList.as_view()), name="statements"),
    path("environments/<uuid:pk>/attest/", attest.environment_attest, name="environment_attest"),
    path("environments/<uuid:pk>/attest/<str:group>/", attest.environment_group, name="environment_group"),
    path("environments/<uuid:pk>/documents/", environment.environment_document_new, name="environment_document_new"),
    path(
        "environments/<uuid:pk>/documents/<uuid:document>/",
        environment.environment_document,
        name="environment_document",
    ),
    path("environments/<uuid:pk>/close/", environment.environment_close, name="environment_close"),
    path("models/", catalogue.models, name="models"),
    path("models/new/", catalogue.model_new, name="model_new"),
    path("models/<uuid:pk>/", catalogue.model, name="model"),
    path("models/<uuid:pk>/releases/new/", catalogue.release_new, name="release_new"),
    path("releases/<uuid:pk>/release/", catalogue.release_publish, name="release_publish"),
    path("releases/<uuid:pk>/retire/", catalogue.release_retire, name="release_retire"),
    path("consents/", provider_staff(consent.ConsentList.as_view()), name="consents"),
    path("consents/<uuid:pk>/", consent.consent, name="consent"),
    path("holds/", grant.holds, name="holds"),
    path("holds/<uuid:pk>/", grant.hold, name="hold"),
    path("access/console/", grant.console, name="console"),
]
