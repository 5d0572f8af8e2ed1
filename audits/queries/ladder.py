"""Reads behind enforcement: what is signed, how far the quorum is, and which rung a repeat would raise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from audits.models import DecisionSignature, EnforcementCase, Measure
from audits.queries.papers import digests_of
from audits.queries.reach import reach_digest
from partners.rules.quorum import QuorumState, Signed, quorum_state
from portal.core import clock
from portal.rulebook.durations import add_months
from portal.rulebook.queries import rules
from portal.rulebook.schema import Rulebook

LADDER = (Measure.WARNING, Measure.RESTRICTION, Measure.SUSPENSION, Measure.REMOVAL)


def decision_content(case: EnforcementCase) -> dict[str, Any]:
    """What a signature is bound to: everything that the signatory read."""
    papers = digests_of(case)
    return {
        "case": case.reference,
        "institution": case.institution_id,
        "facts": case.facts,
        "proposed": case.proposed,
        "reasons": case.reasons,
        "suggested": case.suggested,
        "why_step": case.why_step,
        "milder": case.milder,
        "lifted_when": case.lifted_when,
        "until": case.effect_until,
        "answer": case.answer,
        "heard": case.heard_notes,
        "rests_on": sorted(str(row.subject_id) for row in case.linked.filter(unlinked_at=None)),
        "reach": reach_digest(case),
        "rulebook": case.rulebook,
        **({"papers": papers} if papers else {}),
    }


def signatures_on(case: EnforcementCase, *contents: str) -> list[DecisionSignature]:
    """Signatures on exactly these contents, with who signed and for which body, in turn. One query."""
    rows = DecisionSignature.objects.filter(case=case, digest__in=contents).select_related("signer", "body")
    return list(rows.order_by("signed_at", "pk"))


def signed_by(signatures: Iterable[DecisionSignature]) -> list[Signed]:
    """The signatures as the quorum counts them."""
    return [Signed(row.signer_id, row.body_id, row.body.jurisdiction, row.body.kind) for row in signatures]


def quorum_of(case: EnforcementCase, signatures: Iterable[DecisionSignature]) -> QuorumState:
    """How far the rulebook's quorum for the proposed rung is (enforcement.ladder.<rung>)."""
    rule = rules(case.rulebook).enforcement.step(case.proposed).quorum
    return quorum_state(rule, signed_by(signatures), home=case.authority_id)


def suggested_rung(case: EnforcementCase, book: Rulebook | None = None) -> str:
    """The rung that the ladder suggests: one above the highest decided within `repeat_months`, else a warning.

    `book` where the case's rules were just read.
    """
    since = add_months(clock.today(), -(book or rules(case.rulebook)).enforcement.repeat_months)
    before = EnforcementCase.objects.filter(
        institution_id=case.institution_id, state="decided", decided_at__date__gte=since
    ).exclude(end="set_aside")
    measures = before.values_list("measure", flat=True)
    reached = [LADDER.index(Measure(measure)) for measure in measures if measure in LADDER]
    return LADDER[min(max(reached, default=-1) + 1, len(LADDER) - 1)]
