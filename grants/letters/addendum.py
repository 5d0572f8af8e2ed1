"""The addendum to a signed agreement: which line authorities narrowed, why, and what it permits from then on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, cast

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from grants.letters.agreement import line_of
from grants.models import Agreement, AgreementPack, GrantLine, GrantMeasure, MeasureSignature
from grants.queries.plan import granted_people
from grants.queries.words import Words
from partners.letters.words import day, facts, frame
from portal.rulebook.schema import Rulebook


def addendum(
    pack: AgreementPack,
    agreement: Agreement,
    before: GrantLine,
    after: GrantLine,
    signatures: Sequence[MeasureSignature],
    book: Rulebook,
    *,
    made: datetime,
    code: str,
) -> dict[str, Any]:
    """The data of templates/documents/addendum.typ. The lines come from queries.effective.as_narrowed. One query."""
    grant, words = pack.grant, Words(book)
    measure = cast(GrantMeasure, pack.measure)
    said = frame(cast(Any, grant), made=made, code=code)
    line = {"number": before.number, "version": agreement.version}
    return {
        **said,
        "title": _("Addendum to the agreement on access"),
        "tone": "amber",
        "verdict": _("Line %(number)s is narrowed from now on. Everything else stays as it was signed.") % line,
        "facts": facts(
            [
                (_("Grant"), grant.reference),
                (_("Between"), grant.institution.name),
                (_("And"), grant.authority.name),
                (_("Version of this text"), str(pack.version)),
                (_("Adds to"), _("Version %(version)s, signed on %(day)s")
                 % {**line, "day": day(cast(datetime, agreement.accepted_at))}),
                (_("Holds from"), day(made)),
                (_("Rulebook"), _("Version %(v)s") % {"v": measure.rulebook}),
            ]
        ),
        "reason_title": _("Why"),
        "reason": measure.reason,
        "changes_title": _("What changes"),
        "changes": facts(_changes(before, after, words)),
        "line_title": _("What line %(number)s permits now") % line,
        "line": line_of(grant, after, granted_people([after.pk])[after.pk], words, book),
        "appeal": _(
            "If this is wrong, ask for a change on the page of the grant, and say why: signatories of several"
            " authorities decide on that."
        ),
        "authorities_title": _("Signed by the authorities"),
        "authorities": [
            {"name": str(row.signatory), "body": row.body.name, "at": day(row.signed_at)} for row in signatures
        ],
        "digest_text": _("Precisely this holds, by the SHA-256 of agreement, measure and line:"),
        "digest": pack.digest,
        "check": {**said["check"], "title": _("Is this document genuine?")},
    }  # fmt: skip


def _changes(before: GrantLine, after: GrantLine, words: Words) -> list[tuple[str, str]]:
    """What differs, each as label and “before → now”; what is added stands as it is."""
    names = (
        ("requests_per_day", _("Requests a day")),
        ("tokens_per_day", _("Tokens a day")),
        ("seats", _("People at once")),
        ("ends_on", _("Last day")),
    )
    limits = [
        (label, f"{_shown(getattr(before, name))} → {_shown(getattr(after, name))}")
        for name, label in names
        if getattr(before, name) != getattr(after, name)
    ]
    conditions = [(_("Condition added"), text) for text in after.conditions if text not in before.conditions]
    applied = sorted(set(after.obligations) - set(before.obligations))
    return [*limits, *conditions, *((_("Applied by the gateway"), words.safeguard(key)) for key in applied)]


def _shown(value: int | date) -> str:
    return day(value) if isinstance(value, date) else number_format(value, force_grouping=True)
