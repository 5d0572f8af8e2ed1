"""The desk: where authorities plan audits, check fixes, read reports, and deal with what goes wrong."""

from django.contrib import admin

from audits.admin.acceptance import RiskAcceptanceAdmin
from audits.admin.alert import AlertAdmin
from audits.admin.appeal import AppealAdmin
from audits.admin.audit import AuditAdmin
from audits.admin.catalogue import CatalogueAdmin, CatalogueImportAdmin
from audits.admin.crosswalk import CrosswalkAdmin
from audits.admin.enforcement import EnforcementCaseAdmin
from audits.admin.evidence import EvidenceRequestAdmin
from audits.admin.finding import FindingAdmin
from audits.admin.incident import IncidentAdmin
from audits.admin.obligation import ObligationAdmin
from audits.admin.public_report import PublicReportAdmin
from audits.models import (
    Alert,
    Appeal,
    Audit,
    Catalogue,
    CatalogueImport,
    Crosswalk,
    EnforcementCase,
    EvidenceRequest,
    Finding,
    Incident,
    Obligation,
    PublicReport,
    RiskAcceptance,
)

admin.site.register(Audit, AuditAdmin)
admin.site.register(EvidenceRequest, EvidenceRequestAdmin)
admin.site.register(Finding, FindingAdmin)
admin.site.register(RiskAcceptance, RiskAcceptanceAdmin)
admin.site.register(Obligation, ObligationAdmin)
admin.site.register(Incident, IncidentAdmin)
admin.site.register(PublicReport, PublicReportAdmin)
admin.site.register(EnforcementCase, EnforcementCaseAdmin)
admin.site.register(Alert, AlertAdmin)
admin.site.register(Appeal, AppealAdmin)
admin.site.register(Catalogue, CatalogueAdmin)
admin.site.register(CatalogueImport, CatalogueImportAdmin)
admin.site.register(Crosswalk, CrosswalkAdmin)
