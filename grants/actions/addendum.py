"""The addendum to an agreement that is signed: what authorities narrowed since, as a sealed document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Max

from grants.actions.agreement import seal_pack
from grants.letters.addendum import addendum
from grants.models import Agreement, AgreementPack, GrantLine, GrantMeasure
from grants.queries.effective import terms_of
from grants.queries.measure import measure_case
from portal.core.canonical import digest
from portal.rulebook.queries import rules
from portal.workflow import require_deed


def make_addendum(*, measure: GrantMeasure, before: GrantLine, after: GrantLine) -> AgreementPack | None:
    """The addendum on the line that the measure narrowed, in the pack's next version.

    None where nobody has signed the agreement yet: it is then made anew instead. Inside the deed that narrows.
    """
    require_deed()
    grant = measure.grant
    agreement = Agreement.objects.get(grant=grant)
    if agreement.accepted_at is None:
        return None
    last = AgreementPack.objects.filter(grant=grant).aggregate(Max("version"))["version__max"] or agreement.version
    pack = AgreementPack(
        grant=grant,
        kind=AgreementPack.Kind.ADDENDUM,
        measure=measure,
        version=last + 1,
        digest=digest({"agreement": agreement.digest, "measure": measure.digest, "line": terms_of(after)}),
    )
    signatures = [row for row in measure_case(measure).signatures if row.decision == "sign"]

    def data(made: datetime, code: str) -> dict[str, Any]:
        book = rules(grant.rulebook)
        return addendum(pack, agreement, before, after, signatures, book, made=made, code=code)

    return seal_pack(pack, "addendum.typ", data)
