"""Institutions, applications and qualifications."""

LIFECYCLE = {
    "partners.Institution",
    "partners.Application",
    "partners.Evidence",
    "partners.Query",
    "partners.Referee",
    "partners.Person",
    "partners.Qualification",
}
APPEND_ONLY = {
    "partners.PersonCheck",
    "partners.CheckRevocation",
    "partners.PersonAgreement",
    "partners.Revision",
    "partners.ConflictDeclaration",
    "partners.Declaration",
    "partners.SectionAssessment",
    "partners.Recommendation",
    "partners.Dossier",
    "partners.Signature",
    "partners.SignatureVoid",
    "partners.Letter",
}
MUTABLE = {
    "partners.Answer": "A draft changes until it is sent; what was sent is a Revision.",
    "partners.ApplicationUserObjectPermission": "A reviewer is assigned and taken off; the record keeps both.",
}
