"""Audits, reports, incidents and enforcement."""

LIFECYCLE = {
    "audits.Alert",
    "audits.Appeal",
    "audits.Audit",
    "audits.CalendarFeed",
    "audits.Catalogue",
    "audits.CatalogueImport",
    "audits.Crosswalk",
    "audits.EnforcementCase",
    "audits.Finding",
    "audits.Incident",
    "audits.Obligation",
    "audits.PublicReport",
    "audits.RiskAcceptance",
}
APPEND_ONLY = {
    "audits.AcceptanceSignature",
    "audits.AlertVerdict",
    "audits.CheckResult",
    "audits.Control",
    "audits.ControlGroup",
    "audits.ControlLink",
    "audits.DecisionSignature",
    "audits.Escalation",
    "audits.FindingDocument",
    "audits.FindingNote",
    "audits.IncidentLook",
    "audits.IncidentUpdate",
    "audits.PublicMessage",
    "audits.Report",
    "audits.Retest",
    "audits.SampleDraw",
}
MUTABLE = {
    "audits.KnownPlace": "Says where use came from first and last.",
    "audits.UseWatch": "Says how far use is judged; rises.",
    "audits.WatchedSeries": "Memory of the watch over use, made anew from what was reported.",
    "audits.AuditUserObjectPermission": "An auditor is assigned and taken off; the record keeps both.",
    "audits.Check": "Carries the latest result of a control; every result stays as a CheckResult.",
    "audits.IncidentDeadline": "Is met, waived or noted as missed; the record keeps each.",
}
