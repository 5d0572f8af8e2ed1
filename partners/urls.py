"""Addresses of partners."""

from django.urls import path

from partners.views import (
    application,
    eligibility,
    evidence,
    files,
    institution,
    preview,
    question,
    referee,
    rules,
    section,
)

app_name = "partners"
urlpatterns = [
    path("eligibility/", eligibility.eligibility, name="eligibility"),
    path("rulebook/<str:version>/questionnaire/", preview.preview, name="preview"),
    path("institution/", institution.institution, name="institution"),
    path("institutions/", institution.InstitutionList.as_view(), name="institutions"),
    path("institutions/<uuid:pk>/", institution.partner, name="partner"),
    path("applications/", application.applications, name="applications"),
    path("applications/start/", application.start, name="start"),
    path("applications/<uuid:pk>/", application.application, name="application"),
    path("applications/<uuid:pk>/rules/", rules.rules, name="rules"),
    path("applications/<uuid:pk>/check/", application.check, name="check"),
    path("applications/<uuid:pk>/answers/", application.answers, name="answers"),
    path("applications/<uuid:pk>/sent/", application.sent, name="sent"),
    path("applications/<uuid:pk>/withdraw/", application.withdraw, name="withdraw"),
    path("applications/<uuid:pk>/referees/", referee.referees, name="referees"),
    path("applications/<uuid:pk>/referees/<uuid:referee_pk>/resend/", referee.resend, name="referee_resend"),
    path("applications/<uuid:pk>/ask/", application.ask, name="ask_to_sign"),
    path("applications/<uuid:pk>/referees/<uuid:referee_pk>/withdraw/", referee.withdraw, name="referee_withdraw"),
    path("referees/<str:token>/", referee.referee, name="referee"),
    path("referees/<str:token>/code/", referee.send_code, name="referee_code"),
    path("referees/<str:token>/decline/", referee.decline, name="referee_decline"),
    path("applications/<uuid:pk>/questions/<uuid:query_pk>/", question.question, name="question"),
    path("applications/<uuid:pk>/sections/<slug:section>/", section.section, name="section"),
    path("applications/<uuid:pk>/sections/<slug:section>/autosave/", section.autosave, name="autosave"),
    path("documents/", evidence.Library.as_view(), name="documents"),
    path("documents/upload/", evidence.upload, name="upload"),
    path("documents/<uuid:pk>/", evidence.document, name="document"),
    path("documents/<uuid:pk>/version/", evidence.version, name="version"),
    path("documents/<uuid:pk>/redacted/", evidence.redacted, name="redacted"),
    path("documents/<uuid:pk>/describe/", evidence.describe, name="describe"),
    path("evidence/<uuid:pk>/", files.evidence, name="evidence"),
    path("letters/<uuid:pk>/", files.letter, name="letter"),
]
