"""Evidence that auditors ask for, windows that were drawn, working notes, and the report as a document."""

LIFECYCLE = {"audits.EvidenceRequest"}
APPEND_ONLY = {
    "audits.AuditReport",
    "audits.EvidenceReply",
    "audits.ReplyDocument",
    "audits.SampledWindow",
    "audits.UsageSample",
    "audits.WorkingNote",
}
