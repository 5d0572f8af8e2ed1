"""Addresses of audits, reports, incidents and enforcement, for partners. The desk's are in audits/admin."""

from django.urls import path

from audits.queries.parts import SITS
from audits.views import appeals, documents, evidence, lists, pages, panel
from audits.views.alerts import alerts
from audits.views.due import DueList
from audits.views.export import audit_oscal
from audits.views.feed import feed
from audits.views.filing import incident_document
from audits.views.incident import deadline, incident_page, incident_report
from audits.views.owed import owed
from audits.views.partner import deed_urls
from audits.views.public import follow_up, tell
from audits.views.sample import sample, sample_file, script
from portal.accounts.guards import for_roles

app_name = "audits"
partner = for_roles("applicant")
REPORTERS = ("applicant", "provider_staff", "case_officer", "signatory", "auditor", "oversight_member")
"""Who can have reported an incident under their own name."""
urlpatterns = [
    path("audits/", partner(lists.AuditList.as_view()), name="audits"),
    path("audits/<uuid:pk>/", pages.audit, name="audit"),
    path("audits/<uuid:pk>/oscal/", audit_oscal, name="audit_oscal"),
    path("audits/<uuid:pk>/sample/", sample, name="sample"),
    path("audits/<uuid:pk>/sample.json", sample_file, name="sample_file"),
    path("audits/redraw.py", script, name="redraw"),
    path("calendar/<str:token>.ics", feed, name="feed"),
    path("audits/<uuid:pk>/report/<uuid:report>/", documents.audit_report, name="audit_report"),
    path("evidence-requests/", partner(evidence.EvidenceRequestList.as_view()), name="evidencerequests"),
    path("evidence-requests/<uuid:pk>/", evidence.evidencerequest, name="evidencerequest"),
    path("owed/", owed, name="owed"),
    path("findings/", partner(lists.FindingList.as_view()), name="findings"),
    path("findings/<uuid:pk>/", pages.finding, name="finding"),
    path("reports/", partner(lists.ObligationList.as_view()), name="obligations"),
    path("reports/<uuid:pk>/", pages.obligation, name="obligation"),
    path(
        "incidents/",
        for_roles("applicant", "provider_staff", "oversight_member")(lists.IncidentList.as_view()),
        name="incidents",
    ),
    path(
        "incidents/due/",
        for_roles("applicant", "provider_staff", "oversight_member", "case_officer")(DueList.as_view()),
        name="due",
    ),
    path("incidents/reported/", for_roles(*REPORTERS)(lists.ReportedList.as_view()), name="reported"),
    path("incidents/report/", incident_report, name="incident_report"),
    path("incidents/<uuid:pk>/", incident_page, name="incident"),
    path("incidents/<uuid:pk>/reports/<uuid:report>/", incident_document, name="incident_document"),
    path("report-an-incident/", tell, name="public_tell"),
    path("report-an-incident/follow-up/", follow_up, name="public_follow_up"),
    path("incidents/deadlines/<uuid:pk>/", deadline, name="deadline"),
    path("enforcement/", partner(lists.CaseList.as_view()), name="cases"),
    path("enforcement/<uuid:pk>/", pages.enforcementcase, name="enforcementcase"),
    path("enforcement/<uuid:pk>/documents/<uuid:document>/", pages.case_document, name="enforcementcase_document"),
    path("enforcement/<uuid:pk>/appeal/", appeals.appeal_case, name="appeal_case"),
    path("holds/<uuid:pk>/appeal/", appeals.appeal_hold, name="appeal_hold"),
    path("applications/<uuid:pk>/appeal/", appeals.appeal_application, name="appeal_application"),
    path("grant-requests/<uuid:pk>/appeal/", appeals.appeal_grant_request, name="appeal_grant_request"),
    path("appeals/", appeals.appeals, name="appeals"),
    path("appeals/<uuid:pk>/", appeals.appeal, name="appeal"),
    path("appeals/<uuid:pk>/documents/<uuid:document>/", appeals.appeal_document, name="appeal_document"),
    path("appeals/panel/<uuid:pk>/documents/<uuid:document>/", panel.document, name="panel_document"),
    path("appeals/<uuid:pk>/draws/<int:number>.json", panel.draw_file, name="panel_draw"),
    path("appeals/panel/", for_roles(*SITS)(panel.PanelList.as_view()), name="panel"),
    path("appeals/panel/<uuid:pk>/", panel.panel_appeal, name="panel_appeal"),
    *panel.deed_urls(),
    path("alerts/", alerts, name="alerts"),
    *deed_urls(),
]
