"""What can be appealed against: of which kind it is, when it was decided, by whom, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any, TypeAlias
from uuid import UUID

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from audits.models import Appeal, EnforcementCase
from audits.queries.cases import authority_of
from grants.models import GrantRequest, Hold
from grants.queries.refused import LIMITS, gave_less, lines_with_less
from grants.queries.request import CaseLine
from grants.queries.words import Words
from partners.models import Application
from partners.queries.rulebook import rules_of
from portal.accounts.models import Organisation
from portal.core.verdicts import Refused, Text, refused
from portal.rulebook.appeals import country_of
from portal.rulebook.queries import rules

Subject: TypeAlias = EnforcementCase | Hold | Application | GrantRequest
FIELD = {EnforcementCase: "case", Hold: "hold", Application: "application", GrantRequest: "grant_request"}
"""The field of an appeal that leads to it."""
KIND = {
    EnforcementCase: Appeal.Against.ENFORCEMENT,
    Hold: Appeal.Against.HOLD,
    Application: Appeal.Against.REFUSAL,
    GrantRequest: Appeal.Against.GRANT_REFUSAL,
}
"""Its kind, as the rulebook has it (appeal.against.<kind>)."""


def kind_of(against: Subject) -> Appeal.Against:
    """The kind of what is appealed against."""
    return KIND[type(against)]


def office_of(against: Subject) -> tuple[UUID | None, str]:
    """The partner's authority, and the country by whose calendar the time to appeal runs. Few queries, or none."""
    named: UUID | None = getattr(against, "authority_id", None)
    office: Organisation | None = against._state.fields_cache.get("authority")
    if office is not None:
        return named, country_of(against)
    authority_id = named or authority_of(against.institution)
    offices = Organisation.objects.filter(pk=authority_id) if authority_id else Organisation.objects.none()
    country = offices.values_list("jurisdiction", flat=True).first()
    return authority_id, country or against.institution.organisation.jurisdiction


def decided_at(against: Subject) -> datetime:
    """When it was decided. Raises Refused where there is nothing yet, or no more, that could be appealed."""
    if isinstance(against, Hold):
        return against.placed_at
    moment = against.decided_at
    if isinstance(against, Application):
        stands = is_refused(against)
    elif isinstance(against, GrantRequest):
        stands = gave_less(against)
    else:
        stands = against.measure != "no_action"
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
    if isinstance(against, GrantRequest):
        return [against.state, against.digest]
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


def _request(request: GrantRequest, _at: datetime) -> tuple[str, list[Part]]:
    """Each line that was refused or narrowed: what was asked, what came of it, and why."""
    words = Words(rules(request.rulebook))
    title = _("Decision on grant request %(reference)s") % {"reference": request.reference}
    return title, [(_line(item, words), _why(item, words)) for item in lines_with_less(request)]


def _line(item: CaseLine, words: Words) -> str:
    return _("Line %(number)s: %(release)s for %(use)s") % {
        "number": item.line.number, "release": item.line.release, "use": words.use_case(item.line.use_case),
    }  # fmt: skip


def _why(item: CaseLine, words: Words) -> str:
    line, review, answer = item.line, item.review, item.answer
    if item.is_refused and review:
        return f"{_('Refused')}: {words.refusal(review.reason_code)}\n{review.reason}"
    if item.is_declined and answer:
        return f"{_('The provider declined')}: {words.decline(answer.reason_code)}\n{answer.reason}"
    if answer is None or review is None:
        return _("The provider did not answer in time, so it was not granted.")
    names = {
        "requests_per_day": _("Requests a day"), "tokens_per_day": _("Tokens a day"), "seats": _("People at once"),
        "ends_on": _("Last day"),
    }  # fmt: skip
    lower = [name for name in LIMITS if getattr(review, name) < getattr(line, name)]
    changes = [f"{names[name]}: {_shown(getattr(line, name))} → {_shown(getattr(review, name))}" for name in lower]
    return "\n".join([_("Granted narrower than it was asked for"), *changes, review.reason])


def _shown(value: int | date) -> str:
    return date_format(value, "j F Y") if isinstance(value, date) else number_format(value, force_grouping=True)


_TOLD: dict[type[Any], Callable[[Any, datetime], tuple[str, list[Part]]]] = {
    EnforcementCase: _case, Hold: _hold, Application: _application, GrantRequest: _request,
}  # fmt: skip


# --- who decided it -------------------------------------------------------------------------------
def names_of_deciders(against: Subject) -> set[str]:
    """Names that a published decision must not hold."""
    if isinstance(against, Hold):
        return {user.name for user in (against.placed_by, against.confirmed_by) if user is not None}
    if isinstance(against, Application):
        signed = against.signature_rows.values_list("by__name", flat=True)
        return {*signed, *(user.name for user in (against.screened_by, against.sent_by) if user is not None)}
    if isinstance(against, GrantRequest):
        return _names_on(against)
    signers = against.signatures.values_list("signer__name", flat=True)
    people = (against.opened_by, against.proposed_by, against.heard_by)
    return {*signers, *(user.name for user in people if user is not None)}


def _names_on(request: GrantRequest) -> set[str]:
    """Who reviewed its lines, answered for their providers, signed, and sent it on."""
    names = request.signatures.values_list("signatory__name").union(
        request.lines.filter(reviews__isnull=False).values_list("reviews__reviewed_by__name"),
        request.lines.filter(consents__isnull=False).values_list("consents__given_by__name"),
    )
    found = {name for (name,) in names}
    return found | ({request.officer.name} if request.officer is not None else set())


def releases_of(against: Subject) -> list[str]:
    """Models and releases that it names, which a published decision must not hold. One query for a grant request."""
    if not isinstance(against, GrantRequest):
        return []
    rows = against.lines.select_related("release__model")
    return [
        name for row in rows for name in (row.release.model.name, f"{row.release.model.name} {row.release.version}")
    ]
