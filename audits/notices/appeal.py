"""Who hears what about appeals: both sides, those who may admit, and the panel."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from audits.models import Appeal, AppealDraft, AppealStatement, Outcome
from audits.notices.telling import day, desk, officers, page, partner, tell
from audits.rules.panel import Missing
from grants.models import GrantLine
from partners.queries.institution import authority_for
from portal.accounts.models import User
from portal.accounts.queries.people import members_with, people_with, system_administrators
from portal.core import clock
from portal.notifications.notify import NoticeKind

LODGED = NoticeKind(
    "appeal_lodged",
    _("{institution} lodged appeal {reference}"),
    _("Somebody without a part in the decision admits it, or rejects it as not open."),
    _("Open the appeal"),
)
ADMITTED = NoticeKind(
    "appeal_admitted",
    _("Appeal {reference} is admitted"),
    _("A panel of people and bodies without a part in the decision is drawn by lot. It decides by {due}."),
    _("See the appeal"),
)
REJECTED = NoticeKind(
    "appeal_rejected",
    _("Appeal {reference} is rejected as not open"),
    _("{reason}"),
    _("See the appeal"),
    urgent=True,
)
WITHDRAWN = NoticeKind(
    "appeal_withdrawn", _("Appeal {reference} was withdrawn"), _("The decision stands."), _("See it")
)
SEATED = NoticeKind(
    "panel_seated",
    _("You were drawn for the panel of appeal {reference}"),
    _("Read the appeal. Where you have a conflict of interest, leave the panel and say why. It decides by {due}."),
    _("Open the appeal"),
    urgent=True,
)
LACKS = NoticeKind(
    "panel_lacks",
    _("The panel of appeal {reference} cannot sit: {members} missing"),
    _(
        "There are too few signatories and oversight members without a part in the case. At least {bodies} of those "
        "missing have to come from bodies that are not on the panel. It is drawn again on {again}."
    ),
    _("Open the appeal"),
    urgent=True,
)
STAY = NoticeKind(
    "appeal_stay",
    _("Appeal {reference}: {stay}"),
    _("{reasons}"),
    _("See the appeal"),
    urgent=True,
)
CALLED = NoticeKind(
    "appeal_hearing",
    _("Hearing in appeal {reference} on {moment}"),
    _("Where: {place}\n\nAdd what the panel should have read before."),
    _("See the appeal"),
    urgent=True,
)
STATED = NoticeKind(
    "appeal_statement", _("A statement was added to appeal {reference}"), _("{body} wrote it."), _("Read it")
)
TO_DECIDE = NoticeKind(
    "appeal_to_decide",
    _("Appeal {reference} was heard: draft the decision"),
    _("Any member drafts; the newest draft is voted on. It is decided by {due}."),
    _("Open the appeal"),
)
TO_VOTE = NoticeKind(
    "appeal_to_vote",
    _("Vote on draft {number} of the decision on appeal {reference}"),
    _("Votes on earlier drafts are void."),
    _("Read and vote"),
)
OTHERWISE = NoticeKind(
    "appeal_other_majority",
    _("Appeal {reference}: the majority sees it differently from the draft"),
    _("More than half of the panel voted: {outcome}. Draft the decision that says so."),
    _("Open the appeal"),
)
REMINDED = NoticeKind(
    "appeal_due", _("Appeal {reference} is to be decided by {due}"), _("It is not decided yet."), _("Open the appeal")
)
LATE = NoticeKind(
    "appeal_late",
    _("Appeal {reference} is late"),
    _("It was to be decided by {due}. Nothing is decided because time passed: the panel still has to."),
    _("See the appeal"),
    urgent=True,
)
DECIDED = NoticeKind(
    "appeal_decided",
    _("Appeal {reference}: {state}"),
    _("The reasons stand on the page of the appeal. What follows from it is in effect."),
    _("See the decision"),
    urgent=True,
)
PROVIDER = NoticeKind(
    "appeal_decided_provider",
    _("An appeal of {institution} was decided: {state}"),
    _("What follows for access to your models is in effect, and your gateways hear of it."),
    _("See your grants"),
)


def appeal_lodged(appeal: Appeal) -> None:
    """Those who may admit it, and the authority whose decision it is."""
    tell(LODGED, appeal, _without_part(appeal), panel_page(appeal))
    tell(LODGED, appeal, officers(appeal), desk(appeal), key="office")


def appeal_admitted(appeal: Appeal) -> None:
    _both_sides(ADMITTED, appeal, due=_due(appeal))


def appeal_rejected(appeal: Appeal) -> None:
    _both_sides(REJECTED, appeal, reason=appeal.admission)


def appeal_withdrawn(appeal: Appeal) -> None:
    tell(WITHDRAWN, appeal, officers(appeal), desk(appeal))
    tell(WITHDRAWN, appeal, _panel(appeal), panel_page(appeal), key="panel")


def panel_seated(appeal: Appeal, people: Collection[UUID]) -> None:
    tell(SEATED, appeal, User.objects.filter(pk__in=people), panel_page(appeal), due=_due(appeal))


def panel_lacks(appeal: Appeal, missing: Missing) -> None:
    """Loudly: whoever can find people hears of it, and the partner, whose appeal waits."""
    assert appeal.draw_at is not None
    words = {"members": missing.members, "bodies": missing.bodies, "again": _moment(appeal.draw_at)}
    people = {user.pk: user for user in (*members_with("oversight_member"), *system_administrators())}
    tell(LACKS, appeal, people.values(), reverse("home"), key=f"{appeal.draw_at:%Y%m%d%H%M}", **words)
    _both_sides(LACKS, appeal, key=f"sides:{appeal.draw_at:%Y%m%d%H%M}", **words)


def stay_decided(appeal: Appeal) -> None:
    _both_sides(STAY, appeal, key=appeal.stay, stay=appeal.get_stay_display(), reasons=appeal.stay_reasons)


def hearing_called(appeal: Appeal) -> None:
    assert appeal.hearing_at is not None
    words = {"moment": _hearing(appeal), "place": appeal.hearing_place}
    _both_sides(CALLED, appeal, key=f"{appeal.hearing_at.isoformat()}", **words)
    tell(CALLED, appeal, _panel(appeal), panel_page(appeal), key=f"panel:{appeal.hearing_at.isoformat()}", **words)


def statement_added(statement: AppealStatement) -> None:
    appeal, key = statement.appeal, str(statement.pk)
    to, url = (officers(appeal), desk(appeal)) if statement.by_partner else (partner(appeal), page(appeal))
    tell(STATED, appeal, to, url, key=key, body=str(statement.body))
    tell(STATED, appeal, _panel(appeal), panel_page(appeal), key=f"panel:{key}", body=str(statement.body))


def to_decide(appeal: Appeal) -> None:
    tell(TO_DECIDE, appeal, _panel(appeal), panel_page(appeal), due=_due(appeal))


def draft_to_vote_on(appeal: Appeal, draft: AppealDraft) -> None:
    others = [user for user in _panel(appeal) if user.pk != draft.drafted_by_id]
    tell(TO_VOTE, appeal, others, panel_page(appeal), key=str(draft.number), number=draft.number)


def another_draft_needed(appeal: Appeal, outcome: str) -> None:
    tell(OTHERWISE, appeal, _panel(appeal), panel_page(appeal), key=str(clock.now()), outcome=Outcome(outcome).label)


def panel_reminded(appeal: Appeal) -> None:
    """The panel, and where it is late both sides and the oversight body too."""
    kind, key = (LATE if appeal.is_late else REMINDED), str(appeal.reminders)
    tell(kind, appeal, _panel(appeal), panel_page(appeal), key=key, due=_due(appeal))
    if appeal.is_late:
        _both_sides(kind, appeal, key=f"sides:{key}", due=_due(appeal))
        tell(kind, appeal, members_with("oversight_member"), reverse("home"), key=f"oversight:{key}", due=_due(appeal))


def appeal_decided(appeal: Appeal) -> None:
    """The partner, the authority, the home authority, the panel, and providers with a line in a grant that lives."""
    _both_sides(DECIDED, appeal, state=appeal.state_label)
    home = authority_for(appeal.institution.organisation.jurisdiction)
    if home is not None and home.pk != appeal.authority_id:
        people = people_with("case_officer", organisation_id=home.pk)
        tell(DECIDED, appeal, people, reverse("transparency:decisions"), key="home", state=appeal.state_label)
    tell(DECIDED, appeal, _panel(appeal), panel_page(appeal), key="panel", state=appeal.state_label)
    live = GrantLine.objects.filter(
        institution_id=appeal.institution_id, grant__state__in=["awaiting_agreement", "in_force"]
    )
    for provider in sorted(set(live.values_list("provider_id", flat=True))):
        staff = people_with("provider_staff", organisation_id=provider)
        url = reverse("home")
        tell(PROVIDER, appeal, staff, url, key=f"provider:{provider}", state=appeal.state_label)


def panel_page(appeal: Appeal) -> str:
    """Its page for the panel."""
    return reverse("audits:panel_appeal", args=[appeal.pk])


def _both_sides(kind: NoticeKind, appeal: Appeal, *, key: str = "", **words: object) -> None:
    tell(kind, appeal, partner(appeal), page(appeal), key=key, **words)
    tell(kind, appeal, officers(appeal), desk(appeal), key=f"office:{key}", **words)


def _panel(appeal: Appeal) -> list[User]:
    return [seat.member for seat in appeal.sitting]


def _without_part(appeal: Appeal) -> Iterable[User]:
    """Signatories and oversight members who may admit it."""
    parts = appeal.parts
    people = [*people_with("signatory"), *people_with("oversight_member")]
    inside = {
        user.pk
        for user in User.objects.filter(memberships__organisation_id__in=parts.bodies, memberships__state="active")
    }
    return {user.pk: user for user in people if user.pk not in parts.people | inside}.values()


def _due(appeal: Appeal) -> str:
    return day(appeal.decide_by) if appeal.decide_by else ""


def _hearing(appeal: Appeal) -> str:
    """By the clock of the hearing's zone, and in UTC where that is another."""
    assert appeal.hearing_at is not None
    utc = f"{_moment(appeal.hearing_at)} UTC"
    return f"{appeal.hearing_there} · {utc}" if appeal.hearing_there else utc


def _moment(value: object) -> str:
    return date_format(value, "DATETIME_FORMAT")  # type: ignore[arg-type]
