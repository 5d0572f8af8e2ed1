"""Headings of the rules that have none of their own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as lazy

DISCLOSURE = lazy("Who may read what")
ELIGIBILITY = lazy("Who may apply")
DECLARATIONS = lazy("Declarations")
RISK = lazy("Risk tiers")
QUORUM = lazy("Who decides")
CLOCKS = lazy("How long each stage takes")
QUALIFICATION = lazy("Qualification")
ASSESS_AGAIN = lazy("When a section is assessed anew")
PEOPLE = lazy("People with access")
SCREENING = lazy("Comparing names with lists")
SCREENED_PEOPLE = lazy("Names of people")
SCREENED_ORGANISATIONS = lazy("Names of organisations")
SCREENED_REMOVED = lazy("Names of whom the scheme removed")
SCOPE = lazy("What may be granted")
CONSENT = lazy("The provider’s consent")
AUDITS = lazy("Audits")
OBLIGATIONS = lazy("Periodic reports")
INCIDENTS = lazy("Incidents")
ALERTS = lazy("Alerts from use")
SURPRISE = lazy("Use out of character")
DORMANT = lazy("Dormant gateways and uses")
SETTLED = lazy("When use is judged")
ENFORCEMENT = lazy("Enforcement")
APPEAL = lazy("Appeal")
REFUSALS = lazy("Reasons for a refusal")
RETENTION = lazy("How long records are kept")
SECOND_FACTOR = lazy("Second factor")
COUNTRIES = lazy("Countries")
RENEWAL = lazy("Renewal")
NOTICES = lazy("Notices before the end")
CHANGES = lazy("Changes of circumstances")
COOLING_OFF = lazy("Applying again after a refusal")
IDENTITY = lazy("Identity check")
TRAINING = lazy("Training")
NEW_TEXT = lazy("A new text of the rules for people")
NOT_ALLOWED = lazy("Not allowed together")
NEEDED = lazy("Safeguards needed")
CONSENT_TIME = lazy("Time to answer")
WITHDRAWAL = lazy("Withdrawal of consent")
RESPONSE = lazy("The partner’s answer to a draft report")
EVIDENCE = lazy("Evidence that auditors ask for")
SOONER = lazy("An audit comes sooner")
FOLLOW_UP = lazy("What was found is looked at again")
ESCALATION = lazy("When something stays overdue")
REPEAT = lazy("Repetition")
EMERGENCY = lazy("Emergency hold")
STAY = lazy("Effect during an appeal")
WHO_NEEDS = lazy("Who needs one")
FRESH = lazy("For a signature")
DECISION = {
    "initial": lazy("First application"),
    "renewal": lazy("Renewal"),
    "change": lazy("Change of circumstances"),
    "grant_initial": lazy("New grant"),
    "grant_amendment": lazy("Amendment of a grant"),
    "grant_renewal": lazy("Renewal of a grant"),
    "hold_confirmation": lazy("Confirmation of an emergency hold"),
    "risk_acceptance": lazy("Acceptance of a finding’s risk"),
    "grant_narrowing": lazy("Narrowing of a grant in force"),
    "grant_revocation": lazy("Revocation of a grant"),
}
PLAN = lazy("Evaluation plan")
GRANT_RENEWAL = lazy("Renewal of a grant")
ACCREDITATION_NOTICES = lazy("Notices before an accreditation ends")
