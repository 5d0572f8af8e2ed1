"""Who hears what about applications and qualifications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from partners.models import Application, Evidence, Institution, Person, Qualification, Referee
from partners.queries.institution import authority_for
from portal.accounts.models import User
from portal.accounts.queries.people import members_with, people_with
from portal.notifications.notify import NoticeKind, notify
from portal.ui.templatetags.ui import sentence

SUBMITTED = NoticeKind(
    "application_submitted",
    _("{reference} has arrived from {institution}"),
    _("{institution} has submitted its application. Screen it and set the tier in time."),
    _("Open the case"),
)
TO_SIGN = NoticeKind(
    "application_to_sign",
    _("Application {reference} waits for your declarations"),
    _(
        "{person} has completed the application of {institution}. Read it, make the declarations in the name of the"
        " institution, and send it. You need your second factor at hand."
    ),
    _("Read, declare and send"),
)
ASSIGNED = NoticeKind(
    "reviewer_assigned",
    _("You are asked to review {reference}"),
    _("The application of {institution} is assigned to you. First say whether you have a conflict of interest."),
    _("Open the case"),
)
UNASSIGNED = NoticeKind(
    "reviewer_unassigned",
    _("You no longer review {reference}"),
    _("You were taken off this case. There is nothing more for you to do."),
    _("See your cases"),
    email=False,
)
RECUSED = NoticeKind(
    "reviewer_recused",
    _("{reference} needs another reviewer"),
    _("{person} declared a conflict of interest and no longer sees the case. Assign someone else."),
    _("Open the case"),
)
ASKED = NoticeKind(
    "question_asked",
    _("A question about your application {reference}"),
    _("{body} asks about “{section}”:\n\n{question}\n\nPlease answer by {due}. That section is open for changes."),
    _("Answer the question"),
)
ANSWERED = NoticeKind(
    "question_answered",
    _("{institution} has answered your question on {reference}"),
    _("The answer is in. Sections that changed have to be assessed again."),
    _("See what changed"),
)
RECOMMENDED = NoticeKind(
    "recommendation_filed",
    _("A recommendation on {reference} is filed"),
    _("{person} has recommended. When the rulebook’s number is reached you can send the case to the signatories."),
    _("Open the case"),
)
SENT = NoticeKind(
    "awaiting_signature",
    _("{reference} waits for signatures"),
    _("The case of {institution} is ready. Read it, then sign or refuse for your authority."),
    _("Read and sign"),
)
RETURNED = NoticeKind(
    "returned_to_review",
    _("{reference} went back to review"),
    _("{reason}\n\nSignatures given so far no longer count. Whoever signed will be asked again."),
    _("Open the case"),
)
REMITTED = NoticeKind(
    "application_remitted",
    _("The refusal of {reference} was set aside on appeal"),
    _("{reason}\n\nThe case is in review again. Whoever signed or refused it does not decide it anew."),
    _("Open the case"),
    urgent=True,
)
APPROVED = NoticeKind(
    "application_approved",
    _("{institution} is qualified"),
    _("Application {reference} was approved. The qualification is valid until {until}. See the letter for more."),
    _("See the decision"),
)
DECLINED = NoticeKind(
    "application_declined",
    _("Application {reference} was declined"),
    _(
        "The reasons are in the decision letter, together with how to appeal and when you can apply again. You can"
        " appeal until {until}."
    ),
    _("See the decision"),
)
WITHDRAWN = NoticeKind(
    "application_withdrawn",
    _("{institution} has withdrawn {reference}"),
    _("There is nothing more to do on this case."),
    _("Open the case"),
    email=False,
)
EXPIRING = NoticeKind(
    "qualification_expiring",
    _("Your qualification ends on {until}"),
    _("Qualification {reference} ends in {days} days. Ask for a renewal now: asking alone does not extend it."),
    _("Start the renewal"),
)
LAPSED = NoticeKind(
    "qualification_lapsed",
    _("The qualification of {institution} has lapsed"),
    _("Qualification {reference} was valid until {until}. Nothing can be accessed under it any more."),
    _("See the qualification"),
    urgent=True,
)
HELD = NoticeKind(
    "qualification_changed",
    _("The qualification of {institution} is now: {state}"),
    _("{reason}\n\n{conditions}"),
    _("See the qualification"),
    urgent=True,
)

INFECTED = NoticeKind(
    "malware_found",
    _("Malware was found in “{name}”"),
    _(
        "The scan found “{signature}” in the file that you uploaded. Nothing of it was kept, and nobody else has"
        " received it. Have the computer that it came from looked at before you send it again."
    ),
    _("See the document"),
    urgent=True,
)
INFECTED_UPLOAD = NoticeKind(
    "malware_in_upload",
    _("Malware in an upload of {institution}"),
    _("The scan found “{signature}” in a file of {institution}. It was refused, and nobody has received it."),
    _("See the institution"),
)
RECALLED = NoticeKind(
    "document_recalled",
    _("“{name}” was taken back: it holds malware"),
    _(
        "The document was stored before this site had a malware scanner. The scan has now found “{signature}” in it."
        " Nobody can open it any more. Upload a clean copy, and tell whoever received it from you."
    ),
    _("See the document"),
    urgent=True,
)
CHECKED = NoticeKind(
    "large_file_checked",
    _("“{name}” is uploaded"),
    _("The large file is complete and checked: {outcome}."),
    _("See the document"),
    email=False,
)
SCANNED = NoticeKind(
    "document_scanned",
    _("“{name}” passed the malware scan"),
    _("It had to wait because the scanner did not answer. It is stored now, and answers what you uploaded it for."),
    _("See the document"),
    email=False,
)
ENDING = NoticeKind(
    "document_ending",
    _("“{name}” is valid until {until}"),
    _("The document ends in {days} days. Upload a new version in time; the earlier one stays readable."),
    _("See the document"),
)

REFEREE_SETTLED = NoticeKind(
    "referee_settled",
    _("{person}: {outcome}"),
    _("You asked {person} about your application {reference}. What they write goes to the authority alone."),
    _("See whom you asked"),
)
REFEREE_ANSWERED = NoticeKind(
    "referee_answered",
    _("{person} has answered about {institution}"),
    _("{person} was asked about {institution} by a link, and the answer is in the case {reference}."),
    _("Read the answer"),
)


PERSON_LAPSING = NoticeKind(
    "person_lapsing",
    _("{people}: {what} ends on {until}"),
    _(
        "In {days} days access ends for {people}, unless a new check is recorded before then. Nobody else’s access"
        " ends with it."
    ),
    _("See who ends soon"),
)
OWN_LAPSING = NoticeKind(
    "own_access_lapsing",
    _("Your access ends on {until}: {what}"),
    _(
        "In {days} days you lose access under the grants of {institution}, unless your institution records a new check"
        " before then. Ask its administrators when that will be."
    ),
    _("See how you stand"),
)
LAPSING = {"identity": _("identity check"), "background": _("background check"), "training": _("training")}


def case_url(application: Application) -> str:
    """The case at the desk."""
    return reverse("admin:partners_application_change", args=[application.pk])


def applicants(application: Application) -> QuerySet[User]:
    return members_with("applicant", application.institution_id)


def tell(
    kind: NoticeKind, application: Application, *, to: Iterable[Any], key: str, url: str = "", **context: object
) -> None:
    """Notify about an application. `key` tells apart several of one kind in one case."""
    words = {"reference": application.reference, "institution": application.institution.name, **context}
    notify(
        kind,
        to=to,
        context=words,
        url=url or case_url(application),
        key=f"{application.pk}:{key}",
        about=application.pk,
    )


def tell_institution(kind: NoticeKind, qualification: Qualification, *, key: str, **context: object) -> None:
    """Notify an institution's applicants, administrators and representatives about its qualification."""
    body = qualification.institution_id
    people = people_with("applicant", "administrator", "representative", organisation_id=body)
    words = {"reference": qualification.reference, "institution": qualification.institution.name, **context}
    url = reverse("partners:institution")
    notify(kind, to=people, context=words, url=url, key=f"{qualification.pk}:{key}", about=qualification.pk)


def tell_of_referee(referee: Referee, *, to: Iterable[Any], desk: bool) -> None:
    """What became of a question to a third party: the answer itself only at the desk."""
    application = referee.application
    url = f"{case_url(application)}?tab=people" if desk else reverse("partners:referees", args=[application.pk])
    tell(
        REFEREE_ANSWERED if desk else REFEREE_SETTLED, application, to=to, key=f"{referee.pk}:{referee.state}", url=url,
        person=referee.name, outcome=referee.state_label,
    )  # fmt: skip


# --- documents ------------------------------------------------------------------------------------


def tell_uploader(kind: NoticeKind, evidence: Evidence, **context: object) -> None:
    """Notify whoever uploaded the document."""
    words = {"name": evidence.name, **context}
    url = evidence.get_absolute_url() if evidence.about is None else reverse("home")
    notify(kind, to=[evidence.uploaded_by], context=words, url=url, key=str(evidence.pk), about=evidence.pk)


def tell_institution_of_recall(evidence: Evidence, *, signature: str) -> None:
    """Tell all applicants that a document of theirs was taken back."""
    notify(
        RECALLED,
        to=people_with("applicant", organisation_id=evidence.institution_id),
        context={"name": evidence.name, "signature": signature},
        url=evidence.get_absolute_url() if evidence.about is None else reverse("home"),
        key=str(evidence.pk),
        about=evidence.pk,
    )


def tell_of_ending(evidence: Evidence, *, days: int, notice: int) -> None:
    """Tell the institution's applicants that a document ends soon."""
    until = evidence.valid_until
    notify(
        ENDING,
        to=people_with("applicant", organisation_id=evidence.institution_id),
        context={"name": evidence.name, "until": f"{until:%-d %B %Y}", "days": days},
        url=evidence.get_absolute_url(),
        key=f"{evidence.pk}:{until}:{notice}",
        about=evidence.pk,
    )


def tell_authority_of_malware(evidence: Evidence, *, signature: str) -> None:
    """Tell the case officers of the authority that runs the case, or would run it. Not which document it was."""
    application, institution = evidence.application, evidence.institution
    authority = application.authority if application else authority_for(institution.organisation.jurisdiction)
    if authority is None:
        return
    sent = application is not None and application.submitted_at is not None
    url = case_url(application) if application and sent else reverse("partners:partner", args=[institution.pk])
    notify(
        INFECTED_UPLOAD,
        to=people_with("case_officer", organisation_id=authority.pk),
        context={"institution": institution.name, "signature": signature},
        url=url,
        key=str(evidence.pk),
        about=institution.pk,
    )


# --- people ---------------------------------------------------------------------------------------


def tell_of_lapse(
    institution: Institution, people: Sequence[Person], *, kind: str, until: date, notice: int, days: int
) -> None:
    """Tell the administrators, in one notice for all of them, and each person who has an account."""
    words = {"what": LAPSING[kind], "until": f"{until:%-d %B %Y}", "days": days, "institution": institution.name}
    key = f"{kind}:{until}:{notice}"
    notify(
        PERSON_LAPSING,
        to=people_with("administrator", organisation_id=institution.pk),
        context={**words, "people": _named(people)},
        url=f"{reverse('partners:people')}?standing=soon",
        key=f"{people[0].pk}:{key}",
        about=institution.pk,
    )
    for person in people:
        if person.user is not None and person.user.is_active:
            url = reverse("partners:my_access")
            notify(OWN_LAPSING, to=[person.user], context=words, url=url, key=f"{person.pk}:{key}", about=person.pk)


def _named(people: Sequence[Person]) -> str:
    """Up to three names, and how many there are besides."""
    names = [person.name for person in people[:3]]
    others = len(people) - len(names)
    if not others:
        return sentence(names)
    return ngettext("%(names)s and %(n)s other", "%(names)s and %(n)s others", others) % {
        "names": ", ".join(names), "n": others,
    }  # fmt: skip
