"""What can be appealed against: of which kind it is, when it was decided, by whom, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.translation import gettext as _

from audits.models import Appeal, EnforcementCase
from audits.queries.cases import authority_of
from grants.models import Hold
from partners.models import Application
from partners.queries.rulebook import rules_of
from portal.accounts.models import Organisation
from portal.core.verdicts import Refused, Text, refused

Subject: TypeAlias = EnforcementCase | Hold | Application
FIELD = {EnforcementCase: "case", Hold: "hold", Application: "application"}
"""The field of an appeal that leads to it."""
KIND = {
    EnforcementCase: Appeal.Against.ENFORCEMENT,
    Hold: Appeal.Against.HOLD,
    Application: Appeal.Against.REFUSAL,
}
"""Its kind, as the rulebook has it (appeal.against.<kind>)."""


def kind_of(against: Subject) -> Appeal.Against:
    """The kind of what is appealed against."""
    return KIND[type(against)]


def office_of(against: Subject) -> tuple[UUID | None, str]:
    """The partner's authority, and the country by whose calendar the time to appeal runs. Few queries."""
    named: UUID | None = getattr(against, "authority_id", None)
    authority_id = named or authority_of(against.institution)
    offices = Organisation.objects.filter(pk=authority_id) if authority_id else Organisation.objects.none()
    country = offices.values_list("jurisdiction", flat=True).first()
    return authority_id, country or against.institution.organisation.jurisdiction


def decided_at(against: Subject) -> datetime:
    """When it was decided. Raises Refused where there is nothing yet, or no more, that could be appealed."""
    if isinstance(against, Hold):
        return against.placed_at
    moment = against.decided_at
    stands = is_refused(against) if isinstance(against, Application) else against.measure != "no_action"
    if moment is None or not stands:
        text = _("There is no decision yet that could be appealed.")
        raise Refused(refused(text, code="not_decided", rule="appeal.lodge"))
    return moment


def is_refused(application: Application) -> bool:
    """Declined, and no panel has set that aside."""
    aside, decided = application.set_aside_at, application.decided_at
    return application.state == "declined" and (aside is None or (decided is not None and aside < decided))


def judged(against: Subject, appeals: Iterable[Appeal]) -> bool:
    """Whether a panel judged this very decision: one before, on the same application, was another.

    One query where the appeals are not read yet.
    """
    began = against.set_aside_at if isinstance(against, Application) else None
    return any(one.heard_at and one.decided_at and (began is None or one.lodged_at > began) for one in appeals)


# --- what it says ---------------------------------------------------------------------------------
def content_of(against: Subject) -> list[Any]:
    """What a vote is bound to of the decision."""
    if isinstance(against, Hold):
        return [against.state, against.reason, against.lifted_when]
    if isinstance(against, Application):
        return [against.state, against.refusal_reasons, against.refusal_note]
    return [
        against.measure, against.facts, against.reasons, against.answer, against.effect_until, against.lifted_when
    ]  # fmt: skip


Part: TypeAlias = tuple[Text, str]


def told(against: Subject, at: datetime) -> tuple[str, list[Part]]:
    """The decision as it stood at the moment, for pages: what it is, and its parts with their headings."""
    title, parts = _TOLD[type(against)](against, at)
    return title, [(heading, text) for heading, text in parts if text]


def _case(case: EnforcementCase, _at: datetime) -> tuple[str, list[Part]]:
    return case.get_measure_display(), [
        (_("Facts"), case.facts),
        (_("Why this measure"), case.reasons),
        (_("Milder steps that were weighed"), case.milder),
        (_("Why another step than the ladder suggests"), case.why_step),
        (_("The partner’s side"), case.answer),
        (_("How it was heard"), case.heard_notes),
        (_("Lifted when"), case.lifted_when),
    ]


def _hold(hold: Hold, _at: datetime) -> tuple[str, list[Part]]:
    return str(hold), [(_("Why"), hold.reason), (_("Lifted when"), hold.lifted_when)]


def _application(application: Application, at: datetime) -> tuple[str, list[Part]]:
    """The refusal as it was signed: what the application holds of it goes when it is decided anew."""
    title = _("Refusal of application %(reference)s") % {"reference": application.reference}
    signed = application.signature_rows.filter(decision="refuse", at__lte=at).order_by("-at").first()
    if signed is None:
        return title, []
    known = {item.key: str(item.label) for item in rules_of(application).refusals.application}
    reasons = "\n".join(known.get(key, key) for key in signed.reasons)
    return title, [(_("Reasons"), reasons), (_("Explanation"), signed.note)]


_TOLD: dict[type[Any], Callable[[Any, datetime], tuple[str, list[Part]]]] = {
    EnforcementCase: _case, Hold: _hold, Application: _application,
}  # fmt: skip


# --- who decided it -------------------------------------------------------------------------------
def names_of_deciders(against: Subject) -> set[str]:
    """Names that a published decision must not hold."""
    if isinstance(against, Hold):
        return {user.name for user in (against.placed_by, against.confirmed_by) if user is not None}
    if isinstance(against, Application):
        signed = against.signature_rows.values_list("by__name", flat=True)
        return {*signed, *(user.name for user in (against.screened_by, against.sent_by) if user is not None)}
    signers = against.signatures.values_list("signer__name", flat=True)
    people = (against.opened_by, against.proposed_by, against.heard_by)
    return {*signers, *(user.name for user in people if user is not None)}
