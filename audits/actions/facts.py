"""What a case rests on: linked from what is on file, and unlinked with the reason, until notice is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from audits import notices
from audits.models import CaseFact, EnforcementCase
from audits.models.enforcement_parts import FACTS
from audits.rules.parties import same_case
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, lock, record, require_deed


@as_deed
def link_facts(*, case: EnforcementCase, facts: Sequence[Any], by: Actor, says: str = "") -> EnforcementCase:
    """Link what the case rests on: incidents, findings, alerts, reports that are owed, earlier cases of the partner.

    Only until notice is given: what the partner was not told of is not decided on. What is linked already stays. `says`
    is added to the facts in words. Where the portal links one, the authority's officers are told.
    Raises Refused for what belongs to another institution, or for the case itself.
    """
    lock(case)
    require(case.TABLE.verdict("link_fact", case, by))
    for fact in facts:
        require(same_case(fact, case.institution_id))
    known = {(row.kind, row.subject_id) for row in case.linked.filter(unlinked_at=None)}
    new = [fact for fact in facts if (kind_of(fact), fact.pk) not in known]
    if not new or any(fact.pk == case.pk for fact in new):
        text = _("Choose something on file about this institution that is not linked yet.")
        require(refused(text, code="nothing", rule="enforcement.link_fact"))
    detail = {"facts": [{"kind": kind_of(fact), "id": fact.pk} for fact in new], **({"says": says} if says else {})}
    changes = {"facts": f"{case.facts}\n\n{says}"} if says else {}
    about = [*about_case(case), *(fact.pk for fact in new)]
    record(case, "link_fact", by=by, changes=changes, detail=detail, rulebook=case.rulebook, about=about)
    keep_facts(case, new, by)
    if by.user_id is None:
        for fact in new:
            notices.fact_joined(case, fact)
    return case


@as_deed
def unlink_fact(*, case: EnforcementCase, fact: CaseFact, reason: str, by: Actor) -> CaseFact:
    """Take a fact off the case, with the reason: it is not decided on. Only until notice is given.

    The row stays, and whoever had a part in it still had one. Raises Refused for what the case was opened from: where
    that does not stand, signatories decide on no action. Raises DoesNotExist for a fact of another case.
    """
    lock(case)
    row: CaseFact = case.linked.select_for_update().get(pk=fact.pk)
    rule = "enforcement.unlink_fact"
    if not reason.strip():
        require(refused(_("Say why the case does not rest on it."), code="no_reason", rule=rule))
    if row.unlinked_at is not None:
        require(refused(_("It is unlinked already."), code="already_done", rule=rule))
    if row.subject_id in (case.incident_id, case.finding_id):
        text = _("The case was opened from it. If it does not stand, signatories decide on no action.")
        require(refused(text, code="origin", rule=rule))
    detail = {"kind": row.kind, "id": row.subject_id, "reason": reason.strip()}
    about = [*about_case(case), row.subject_id]
    record(case, "unlink_fact", by=by, detail=detail, rulebook=case.rulebook, about=about)
    row.unlinked_at, row.unlinked_by_id, row.unlinked_reason = clock.now(), by.user_id, reason.strip()[:2000]
    row.save(update_fields=["unlinked_at", "unlinked_by", "unlinked_reason"])
    return row


def keep_facts(case: EnforcementCase, facts: Iterable[Any], by: Actor) -> None:
    """The rows of facts that are linked now. Inside the deed that links them, or opens the case."""
    require_deed()
    CaseFact.objects.bulk_create(
        CaseFact(case=case, linked_by_id=by.user_id, linked_at=clock.now(), **{kind_of(fact): fact}) for fact in facts
    )


def kind_of(fact: Any) -> str:
    """The name of the fact's column: an earlier case is `earlier`, anything else is its own noun."""
    name = "earlier" if isinstance(fact, EnforcementCase) else str(fact._meta.model_name)
    assert name in FACTS, name
    return name


def about_case(case: EnforcementCase) -> list[UUID]:
    """Whose timelines show deeds on the case, besides its own."""
    return [case.institution_id, *(pk for pk in (case.incident_id, case.finding_id) if pk is not None)]
