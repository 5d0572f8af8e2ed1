"""Everything about one measure: what it would change, who signed, and what is missing."""

from __future__ import annotations

from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from grants.models import Grant, GrantLine, GrantMeasure, MeasureSignature
from grants.queries.effective import as_narrowed
from grants.queries.request import hands_of
from partners.rules.hands import Hands
from partners.rules.quorum import QuorumState, Signed, quorum_state
from portal.core.canonical import digest
from portal.rulebook.queries import rules
from portal.rulebook.schema import QuorumRule


def narrowed_line(pk: UUID) -> GrantLine:
    """The line as authorities left it, whatever the provider said since. Two queries."""
    (line,) = as_narrowed(GrantLine.objects.filter(pk=pk).select_related("release__model", "environment", "provider"))
    return line


def digest_of(measure: GrantMeasure) -> str:
    """SHA-256 over what is signed: what holds now of the line, and what shall hold. A change of either voids it."""
    held = narrowed_line(measure.line_id) if measure.line_id else None
    return digest(
        {
            "grant": measure.grant_id,
            "kind": measure.kind,
            "line": measure.line_id,
            "version": (held.held_version.number if held.held_version else 1) if held else None,
            "requests_per_day": measure.requests_per_day,
            "tokens_per_day": measure.tokens_per_day,
            "seats": measure.seats,
            "ends_on": measure.ends_on,
            "conditions": measure.conditions,
            "obligations": measure.obligations,
            "reason": measure.reason,
            "rulebook": measure.rulebook,
            "proposed_at": measure.proposed_at,
        }
    )


class MeasureCase:
    """A measure with its quorum. Each part is read when it is first asked for and then kept."""

    def __init__(self, measure: GrantMeasure) -> None:
        self.measure = measure

    @cached_property
    def rule(self) -> QuorumRule:
        """The quorum, by the rulebook under which it was proposed and the risk tier of the request."""
        decision = f"grant_{self.measure.kind}"
        return rules(self.measure.rulebook).quorum.rule(decision, self.measure.risk_tier)

    @cached_property
    def hands(self) -> Hands:
        """Who had a part in the request: whoever declared a conflict of interest there has one here too."""
        return hands_of(self.measure.grant.request)

    @cached_property
    def signatures(self) -> list[MeasureSignature]:
        rows: QuerySet[MeasureSignature] = self.measure.signatures.select_related("signatory", "body")
        return list(rows.order_by("id"))

    @property
    def signed(self) -> list[Signed]:
        """Signatures with effect."""
        return [
            Signed(row.signatory_id, row.body_id, row.body.jurisdiction, row.body.kind, row.stands_for_id)
            for row in self.signatures
            if row.digest == self.measure.digest and row.decision == "sign"
        ]

    @property
    def quorum_state(self) -> QuorumState:
        return quorum_state(self.rule, self.signed, home=self.measure.grant.authority_id)


def measure_case(measure: GrantMeasure) -> MeasureCase:
    """The case of a measure. Nothing is read yet."""
    return MeasureCase(measure)


def measures_of(grant: Grant) -> list[GrantMeasure]:
    """What was proposed and decided on the grant, the newest first. One query."""
    rows = GrantMeasure.objects.filter(grant=grant).select_related("line", "proposed_body")
    return list(rows.order_by("-id"))


def change_of(measure: GrantMeasure) -> list[tuple[str, str]]:
    """What the measure changes of its line, in words: before → then. Two queries for one that is proposed."""
    if measure.line_id is None:
        return []
    held = narrowed_line(measure.line_id)
    names = (
        ("requests_per_day", _("requests a day")),
        ("tokens_per_day", _("tokens a day")),
        ("seats", _("people at once")),
        ("ends_on", _("last day")),
    )
    return [
        (text, f"{_said(getattr(held, name))} → {_said(getattr(measure, name))}")
        for name, text in names
        if getattr(held, name) != getattr(measure, name)
    ]


def _said(value: Any) -> str:
    return date_format(value, "j F Y") if isinstance(value, date) else number_format(value, force_grouping=True)
