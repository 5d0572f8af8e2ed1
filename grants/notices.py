"""Who hears what about requests, grants and holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Environment, Grant, GrantLine, GrantMeasure, GrantRequest, Hold
from grants.states import GRANT_LIVE
from portal.accounts.models import User
from portal.accounts.queries.people import people_with
from portal.notifications.notify import NoticeKind, notify

TO_DECLARE = NoticeKind(
    "grant_request_to_sign",
    _("Grant request {reference} waits for your declaration"),
    _(
        "{person} has completed the request of {institution}. Read it, make the declaration in the name of the"
        " institution, and send it. You need your second factor at hand."
    ),
    _("Read, declare and send"),
)
SUBMITTED = NoticeKind(
    "grant_request_submitted",
    _("{reference} has arrived from {institution}"),
    _("{institution} asks for {count} lines of access. Take the request up and assign a reviewer."),
    _("Open the case"),
)
ASSIGNED = NoticeKind(
    "grant_reviewer_assigned",
    _("You are asked to review {reference}"),
    _("The grant request of {institution} is assigned to you. First say whether you have a conflict of interest."),
    _("Open the case"),
)
RECUSED = NoticeKind(
    "grant_reviewer_recused",
    _("{reference} needs another reviewer"),
    _("{person} declared a conflict of interest and no longer sees the case. Assign someone else."),
    _("Open the case"),
)
ASKED = NoticeKind(
    "grant_question_asked",
    _("A question about your grant request {reference}"),
    _("{body} asks:\n\n{question}\n\nPlease answer by {due}."),
    _("Answer the question"),
)
ANSWERED = NoticeKind(
    "grant_question_answered",
    _("{institution} has answered your question on {reference}"),
    _("The answer is in, and the review can go on."),
    _("Open the case"),
)
CONSENT_ASKED = NoticeKind(
    "consent_asked",
    _("Your consent is asked for: {reference} of {institution}"),
    _("Lines of this request are about your releases. Answer for each by {due}. Silence is never consent."),
    _("Answer line by line"),
)
CONSENT_DUE = NoticeKind(
    "consent_due",
    _("Your answer to {reference} is due by {due}"),
    _("You have not answered for every line yet. A line without an answer is not granted."),
    _("Answer line by line"),
)
CONSENT_GIVEN = NoticeKind(
    "consent_given",
    _("{provider} has answered on {reference}"),
    _("The provider has answered for line {line}: {answer}."),
    _("Open the case"),
    email=False,
)
TO_SIGN = NoticeKind(
    "grant_awaiting_signature",
    _("{reference} waits for signatures"),
    _("The grant request of {institution} is ready. Read it, then sign or refuse for your authority."),
    _("Read and sign"),
)
SENT_BACK = NoticeKind(
    "grant_sent_back",
    _("{reference} went back to review"),
    _("{reason}\n\nSignatures given so far no longer count."),
    _("Open the case"),
)
GRANTED = NoticeKind(
    "grant_issued",
    _("Your request {reference} was granted in {granted} of {count} lines"),
    _("Read the agreement and accept it. Nothing may be used before that.{appeal}"),
    _("Read the agreement"),
)
LESS = _("A line was refused or narrowed. You can appeal until {until}; the page of the grant says where.")
REFUSED = NoticeKind(
    "grant_request_refused",
    _("Your request {reference} was refused"),
    _(
        "No line was granted. The reasons are with each line. You can appeal until {until}; the page of the request"
        " says where."
    ),
    _("See the decision"),
)
REMITTED = NoticeKind(
    "grant_request_remitted",
    _("{reference} of {institution} is to be decided anew"),
    _(
        "An appeal panel set aside what was refused or narrowed in {earlier}. It is asked for once more. Whoever"
        " reviewed or signed it before does not do so again, and providers are asked anew.\n\n{reason}"
    ),
    _("Open the case"),
)
REMITTED_PARTNER = NoticeKind(
    "grant_request_remitted_partner",
    _("What was refused or narrowed in {earlier} is decided anew"),
    _(
        "Request {reference} was sent for you with the lines as you asked for them. You need do nothing. What was"
        " granted stays as it is meanwhile.\n\n{reason}"
    ),
    _("See the request"),
)
SET_ASIDE = NoticeKind(
    "grant_request_set_aside",
    _("What was refused or narrowed in {reference} was set aside"),
    _(
        "Nothing was sent for you: the days that you asked for are over, what it was to change has ended, or another"
        " change of the same grant is under way. Ask for what you need in that, or in a new request.\n\n{reason}"
    ),
    _("See the request"),
)
IN_FORCE = NoticeKind(
    "grant_in_force",
    _("Grant {reference} of {institution} is in force"),
    _("The agreement was accepted. Gateways now permit what the lines cover, until {until} at the latest."),
    _("See the grant"),
)
AGREEMENT_ANEW = NoticeKind(
    "agreement_made_anew",
    _("The agreement on grant {reference} was made anew"),
    _("{why}\n\nRead version {version} and sign it. What you read before can no longer be signed."),
    _("Read the agreement"),
)
CONSENT_MISSED = NoticeKind(
    "consent_missed",
    _("{reference}: no consent in time for line {lines}"),
    _(
        "The providers’ time was over on {due}. Silence is never consent: give them more time, or send the case on"
        " without these lines, which are then refused."
    ),
    _("Open the case"),
)
CONSENT_MISSED_PROVIDER = NoticeKind(
    "consent_missed_provider",
    _("Your time to answer on {reference} is over"),
    _("You had until {due}. Lines without your answer are not granted. Ask the authority if you need more time."),
    _("See the lines"),
)
CONSENT_EXTENDED = NoticeKind(
    "consent_extended",
    _("You have more time to answer on {reference}: until {due}"),
    _("The authority gave you more time for the lines that have no answer yet. Silence is never consent."),
    _("Answer line by line"),
)
CONSENT_WITHDRAWN = NoticeKind(
    "consent_withdrawn",
    _("{provider} withdraws its consent to line {line} of grant {reference}"),
    _("From {day} on nothing is permitted under this line, unless {provider} takes it back before.\n\n{reason}"),
    _("See the grant"),
    urgent=True,
)
CONSENT_WITHDRAWN_AT_ONCE = NoticeKind(
    "consent_withdrawn_at_once",
    _("{provider} has withdrawn its consent to line {line} of grant {reference}"),
    _(
        "For this reason the rulebook waits for no notice: nothing is permitted under this line from now on. It can be"
        " asked for anew.\n\n{reason}"
    ),
    _("See the grant"),
    urgent=True,
)
WITHDRAWAL_TAKEN_BACK = NoticeKind(
    "withdrawal_taken_back",
    _("{provider} consents again to line {line} of grant {reference}"),
    _("The withdrawal was taken back before its day, so the line goes on as it was granted.\n\n{reason}"),
    _("See the grant"),
)
CONSENT_ENDED = NoticeKind(
    "consent_ended",
    _("Line {line} of grant {reference} has ended"),
    _("{provider} withdrew its consent, and the day that it named has come: {day}.\n\n{reason}"),
    _("See the grant"),
)
MEASURE_TO_SIGN = NoticeKind(
    "grant_measure_to_sign",
    _("{what} of grant {reference} waits for signatures"),
    _("{body} proposes it.\n\n{reason}"),
    _("Read and sign"),
)
NARROWED = NoticeKind(
    "grant_narrowed",
    _("Line {line} of your grant {reference} was narrowed"),
    _(
        "{reason}\n\nIt holds from now on, and is with your agreement as a sealed document. If it is wrong, ask for a"
        " change on the page of the grant, and say why: signatories of several authorities decide on that."
    ),
    _("See what holds now"),
    urgent=True,
)
NARROWED_PROVIDER = NoticeKind(
    "grant_narrowed_provider",
    _("Line {line} of grant {reference} of {institution} was narrowed"),
    _("Authorities lowered what it permits. Your gateway is answered by what holds now."),
    _("See what holds now"),
)
CAPPED = NoticeKind(
    "grant_line_capped",
    _("The limits of line {line} of your grant {reference} are lower now"),
    _("{reason}\n\nThey hold from now on, as long as the decision has effect. Access goes on within them."),
    _("See what holds now"),
    urgent=True,
)
UNCAPPED = NoticeKind(
    "grant_line_uncapped",
    _("The limits of line {line} of your grant {reference} are as agreed again"),
    _("{reason}"),
    _("See what holds now"),
)
EXPIRING = NoticeKind(
    "grant_expiring",
    _("Your grant {reference} ends on {until}"),
    _("It ends in {days} days. Ask for a renewal now: asking alone does not extend it."),
    _("See the grant"),
)
ENDED = NoticeKind(
    "grant_ended",
    _("Grant {reference} of {institution} is now: {state}"),
    _("{reason}\n\nGateways no longer permit anything under it."),
    _("See the grant"),
)
LINE_ENDED = NoticeKind(
    "grant_line_ended",
    _("Line {line} of grant {reference} of {institution} was given back"),
    _("{reason}\n\nGateways no longer permit anything under it. The other lines stay as they are."),
    _("See the grant"),
)
LINE_OVER = NoticeKind(
    "grant_line_over",
    _("Line {line} of grant {reference} of {institution} has ended"),
    _("Its last day was {day}. Gateways no longer permit anything under it. The other lines stay as they are."),
    _("See the grant"),
)
HELD = NoticeKind(
    "hold_placed",
    _("Access of {institution} is on hold: {target}"),
    _("{reason}\n\nIt is lifted when: {lifted_when}\n\nEvery request under it is refused from now on."),
    _("See the hold"),
    urgent=True,
)
HELD_PROVIDER = NoticeKind(
    "hold_placed_provider",
    _("Access of {institution} to your models is on hold: {target}"),
    _("Authorities stopped it. Your gateway is answered “no” from now on, until they lift the hold."),
    _("See the hold"),
    urgent=True,
)
HELD_PERSON = NoticeKind(
    "hold_placed_person",
    _("Your access under the grants of {institution} is on hold"),
    _("Every request of yours is refused since {since}. Ask an administrator of your institution what it is about."),
    _("See how you stand"),
    urgent=True,
)
FREE_PERSON = NoticeKind(
    "hold_ended_person",
    _("The hold on your access under the grants of {institution} has ended"),
    _("It stops you no longer. Your page says whether you have access, and what is missing if not."),
    _("See how you stand"),
)
HOLD_CHANGED_PROVIDER = NoticeKind(
    "hold_changed_provider",
    _("The hold on {institution} is now {state}: {target}"),
    _("Your gateway is answered by what holds now. The institution has been told why."),
    _("See the hold"),
    urgent=True,
)
ENDED_PROVIDER = NoticeKind(
    "grant_ended_provider",
    _("Grant {reference} of {institution} to your models is now: {state}"),
    _("Your gateway is no longer answered “yes” under it."),
    _("See the grant"),
)
RESTORED = NoticeKind(
    "grant_restored",
    _("Grant {reference} of {institution} is in force again"),
    _("The decision that revoked it does not stand. Credentials under it were withdrawn and are issued anew."),
    _("See the grant"),
)
CONFIRM = NoticeKind(
    "hold_to_confirm",
    _("An emergency hold on {institution} must be confirmed by {confirm_by}"),
    _("{body} placed it. A signatory of another authority must confirm it in time, or it lapses.\n\n{reason}"),
    _("Read and confirm"),
    urgent=True,
)
CONFIRMED = NoticeKind(
    "hold_confirmed",
    _("The hold on {institution} is confirmed: {target}"),
    _("{body} confirmed it. It stays until it is lifted: {lifted_when}"),
    _("See the hold"),
)
LIFTED = NoticeKind(
    "hold_lifted",
    _("The hold on {institution} is lifted: {target}"),
    _("{reason}\n\nWhat the grant covers is permitted again, unless another hold stops it."),
    _("See the hold"),
)
STAYED = NoticeKind(
    "hold_stayed",
    _("The hold on {institution} is stayed: {target}"),
    _("{reason}\n\nIt stops nothing while an appeal is heard."),
    _("See the hold"),
)
LAPSED = NoticeKind(
    "hold_lapsed",
    _("Nobody confirmed it: the emergency hold on {institution} has lapsed"),
    _("{target} was on hold since {since}. No second authority confirmed it in time, so access is open again."),
    _("See what happened"),
    urgent=True,
)
DRIFT = NoticeKind(
    "environment_drift",
    _("The environment {environment} of {institution} has changed"),
    _("An attested safeguard changed, so its accreditation is suspended. Look at it before anything runs there again."),
    _("See the environment"),
)


def moment(value: Any) -> str:
    """A time as mails say it."""
    return f"{value:%-d %B %Y, %H:%M} UTC"


def day(value: Any) -> str:
    return f"{value:%-d %B %Y}"


def case_url(request: GrantRequest) -> str:
    """The case at the desk."""
    return reverse("admin:grants_grantrequest_change", args=[request.pk])


def people_of(institution_id: UUID) -> list[User]:
    """An institution's applicants, administrators and authorised representatives."""
    return people_with("applicant", "administrator", "representative", organisation_id=institution_id)


def tell(
    kind: NoticeKind, request: GrantRequest, *, to: Iterable[Any], key: str, url: str = "", **more: object
) -> None:
    """Notify about a request. `key` tells apart several of one kind in one case."""
    words = {"reference": request.reference, "institution": request.institution.name, **more}
    where = url or case_url(request)
    notify(kind, to=to, context=words, url=where, key=f"{request.pk}:{key}", about=request.pk)


def tell_partner(kind: NoticeKind, request: GrantRequest, *, key: str, url: str = "", **more: object) -> None:
    """Notify the institution about its request."""
    own = url or reverse("grants:request", args=[request.pk])
    tell(kind, request, to=people_of(request.institution_id), key=key, url=own, **more)


def tell_about_grant(kind: NoticeKind, grant: Grant, *, to: Iterable[Any], key: str, **more: object) -> None:
    """Notify about a grant."""
    words = {"reference": grant.reference, "institution": grant.institution.name, "until": day(grant.ends_on), **more}
    url = reverse("grants:grant", args=[grant.pk])
    notify(kind, to=to, context=words, url=url, key=f"{grant.pk}:{key}", about=grant.pk)


def tell_about_measure(kind: NoticeKind, measure: GrantMeasure, *, to: Iterable[Any], key: str) -> None:
    """Notify about a measure that is proposed; it leads to its page at the desk."""
    words = {
        "reference": measure.grant.reference,
        "what": measure.get_kind_display(),
        "body": measure.proposed_body.name,
        "reason": measure.reason,
    }
    url = reverse("admin:grants_grantmeasure_change", args=[measure.pk])
    notify(kind, to=to, context=words, url=url, key=f"{measure.pk}:{key}", about=measure.pk)


def provider_staff_of(grant: Grant) -> list[User]:
    """Staff of every provider of a line of the grant."""
    providers = set(GrantLine.objects.filter(grant=grant).values_list("provider_id", flat=True))
    return [user for provider in sorted(providers) for user in people_with("provider_staff", organisation_id=provider)]


def tell_about_hold(
    kind: NoticeKind, hold: Hold, *, to: Iterable[Any], key: str, desk: bool = False, **more: object
) -> None:
    """Notify about a hold; `desk` leads to the hold at the desk instead of its page in the portal."""
    words = {
        "institution": hold.institution.name,
        "target": describe(hold),
        "reason": hold.reason,
        "lifted_when": hold.lifted_when,
        "body": hold.placed_body.name if hold.placed_body else "",
        "confirm_by": moment(hold.confirm_by) if hold.confirm_by else "",
        "since": moment(hold.placed_at),
        **more,
    }
    url = reverse("admin:grants_hold_change" if desk else "grants:hold", args=[hold.pk])
    notify(kind, to=to, context=words, url=url, key=f"{hold.pk}:{key}", about=hold.pk)


def describe(hold: Hold) -> str:
    """What a hold is on, in words."""
    match hold.target_kind:
        case "partner":
            return str(_("all access"))
        case "grant":
            return str(_("grant %(reference)s") % {"reference": hold.grant})
        case "line" if hold.line:
            return str(_("one line of grant %(reference)s") % {"reference": hold.line.grant})
        case "person":
            return str(_("one person"))
    return str(_("environment “%(name)s”") % {"name": hold.environment})


def concerned_providers(hold: Hold) -> list[UUID]:
    """Providers of live lines that the hold stops. One query."""
    lines = GrantLine.objects.filter(institution_id=hold.institution_id, grant__state__in=GRANT_LIVE)
    narrowed = {
        "partner": Q(),
        "grant": Q(grant_id=hold.grant_id),
        "line": Q(pk=hold.line_id),
        "environment": Q(environment_id=hold.environment_id),
        "person": Q(),
    }[hold.target_kind]
    return sorted(set(lines.filter(narrowed).values_list("provider_id", flat=True)))


def tell_concerned(kind: NoticeKind, hold: Hold, *, key: str, also: Iterable[User] = (), **more: object) -> None:
    """Tell the institution (and `also`) with the reason, and providers whose lines are stopped without it."""
    told = {user.pk: user for user in [*people_of(hold.institution_id), *also]}
    tell_about_hold(kind, hold, to=told.values(), key=key, desk=False, **more)
    providers = concerned_providers(hold)
    staff = [user for provider in providers for user in people_with("provider_staff", organisation_id=provider)]
    for_staff = HELD_PROVIDER if kind is HELD else HOLD_CHANGED_PROVIDER
    state = str(hold.TABLE.state(hold.state).label).lower()
    tell_about_hold(for_staff, hold, to=staff, key=f"provider:{key}", state=state)


def tell_person(kind: NoticeKind, hold: Hold, *, key: str) -> None:
    """Tell whoever a hold is on, where it is on a person with an account: that, not why."""
    if hold.person is None or hold.person.user is None:
        return
    words = {"institution": hold.institution.name, "since": moment(hold.placed_at)}
    url = reverse("partners:my_access")
    notify(kind, to=[hold.person.user], context=words, url=url, key=f"{hold.pk}:person:{key}", about=hold.pk)


def tell_about_drift(environment: Environment, *, to: Iterable[Any], key: str) -> None:
    """Tell case officers that an accredited environment changed."""
    words = {"environment": environment.name, "institution": environment.institution.name}
    url = reverse("admin:grants_environment_change", args=[environment.pk])
    notify(DRIFT, to=to, context=words, url=url, key=f"{environment.pk}:{key}", about=environment.pk)
