"""Who: institutions, their applications, what is asked and assessed, who signed, and the status that came from it."""

from partners.models.application import Answer, Application, ApplicationUserObjectPermission, Revision
from partners.models.assessment import ConflictDeclaration, Query, Recommendation, SectionAssessment
from partners.models.case_file import CaseFile, ImportedCase
from partners.models.clock import ClockStretch
from partners.models.declaration import Declaration
from partners.models.evidence import Evidence
from partners.models.institution import Institution
from partners.models.letter import Letter
from partners.models.person import CheckRevocation, Person, PersonAgreement, PersonCheck
from partners.models.qualification import Qualification
from partners.models.referee import Referee
from partners.models.removal import PersonRemoval
from partners.models.saved_filter import SavedFilter
from partners.models.screening import Hit, ListedEntity, ListedName, NameList, ScreeningRun
from partners.models.search import SearchDocument, SearchWord
from partners.models.signature import Dossier, Signature, SignatureVoid
from partners.models.upload import LargeUpload, UploadPart

__all__ = [
    "Answer",
    "Application",
    "ApplicationUserObjectPermission",
    "CaseFile",
    "CheckRevocation",
    "ClockStretch",
    "ConflictDeclaration",
    "Declaration",
    "Dossier",
    "Evidence",
    "Hit",
    "ImportedCase",
    "Institution",
    "LargeUpload",
    "Letter",
    "ListedEntity",
    "ListedName",
    "NameList",
    "Person",
    "PersonAgreement",
    "PersonCheck",
    "PersonRemoval",
    "Qualification",
    "Query",
    "Recommendation",
    "Referee",
    "Revision",
    "SavedFilter",
    "ScreeningRun",
    "SearchDocument",
    "SearchWord",
    "SectionAssessment",
    "Signature",
    "SignatureVoid",
    "UploadPart",
]
