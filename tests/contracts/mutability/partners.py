"""Institutions, applications and qualifications."""

LIFECYCLE = {
    "partners.Institution",
    "partners.Application",
    "partners.CaseFile",
    "partners.ImportedCase",
    "partners.Evidence",
    "partners.LargeUpload",
    "partners.Query",
    "partners.Referee",
    "partners.Person",
    "partners.Qualification",
    "partners.NameList",
    "partners.Hit",
    "partners.PersonRemoval",
}
APPEND_ONLY = {
    "partners.ListedEntity",
    "partners.ListedName",
    "partners.ScreeningRun",
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
    "partners.SavedFilter": "Filters that somebody keeps for themselves or for colleagues.",
    "partners.SearchDocument": "What is searched follows what it was made of, and can be made anew from it.",
    "partners.SearchWord": "Words of names, for finding them misspelt; learnt as names come.",
    "partners.ClockStretch": "A clock that runs is stopped and started; all of it is made anew from the record.",
    "partners.Answer": "A draft changes until it is sent; what was sent is a Revision.",
    "partners.UploadPart": "Bytes on their way: gone when the file is put together; the record has the deeds.",
    "partners.ApplicationUserObjectPermission": "A reviewer is assigned and taken off; the record keeps both.",
}
