"""Catalogue, environments, grant requests, grants and holds."""

LIFECYCLE = {
    "grants.StatementCatalogue",
    "grants.ReReview",
    "grants.Model",
    "grants.Release",
    "grants.Environment",
    "grants.GrantRequest",
    "grants.Grant",
    "grants.Hold",
    "grants.ConsentWithdrawal",
    "grants.GrantMeasure",
    "grants.HolderKey",
    "grants.Credential",
    "grants.Stream",
}
APPEND_ONLY = {
    "grants.Statement",
    "grants.AdoptedCatalogue",
    "grants.AttestedDocument",
    "grants.Accreditation",
    "grants.Attestation",
    "grants.LineReview",
    "grants.ConflictDeclaration",
    "grants.Consent",
    "grants.GrantSignature",
    "grants.GrantLine",
    "grants.AccessTally",
    "grants.AgreementPack",
    "grants.LineVersion",
    "grants.MeasureSignature",
    "grants.GrantLinePerson",
    "grants.LineSurrender",
    "grants.Signal",
    "grants.LineEnd",
    "grants.DocumentReminder",
}
GUARDED = {
    "grants.StatusEntry": {"invalid_for_ever", "no_truncate"},
    "grants.RequestLine": {"only_in_drafts", "no_truncate"},
    "grants.LinePerson": {"only_in_drafts", "no_truncate"},
    "grants.EvaluationPlan": {"only_in_drafts", "no_truncate"},
    "grants.GrantQuestion": {"answered_once", "no_truncate"},
    "grants.LineCap": {"ended_once", "no_truncate"},
    "grants.Agreement": {"accepted_once", "no_truncate"},
}
MUTABLE = {
    "grants.StatusList": "Is signed anew with what its entries say; what changed them is in the record.",
    "grants.StatusChange": "Waits for the next publication, and goes with it.",
    "grants.Delivery": "Attempts are counted and an acknowledgement is noted; what was signalled stays as it is.",
    "grants.GrantRequestUserPermission": "A reviewer is assigned and taken off; the record keeps both.",
}
