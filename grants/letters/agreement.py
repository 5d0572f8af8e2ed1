"""The agreement pack: who agrees with whom on which lines, on what conditions, and who signed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from grants.models import Agreement, Grant, GrantLine, GrantSignature
from grants.queries.agreement import conditions_of, ending, names_of, sentence
from grants.queries.plan import granted_people
from grants.queries.words import Words
from partners.letters.words import day, facts, frame, of_the_rules
from partners.models import Person
from portal.rulebook.schema import Rulebook


def agreement_pack(
    grant: Grant,
    agreement: Agreement,
    lines: Sequence[GrantLine],
    signatures: Sequence[GrantSignature],
    book: Rulebook,
    *,
    made: datetime,
    code: str,
) -> dict[str, Any]:
    """The data of templates/documents/agreement.typ. Lines: those of queries.effective.as_in_force. One query."""
    words, named = Words(book), granted_people(line.pk for line in lines)
    said = frame(cast(Any, grant), made=made, code=code)
    accepted = agreement.accepted_at
    return {
        **said,
        "title": _("Agreement on access"),
        "tone": "green" if accepted else "amber",
        "verdict": _("Signed for %(name)s. It binds both sides.") % {"name": grant.institution.name}
        if accepted
        else _("To be signed for %(name)s. Nothing may be used before that.") % {"name": grant.institution.name},
        "facts": facts(
            [
                (_("Grant"), grant.reference),
                (_("Between"), grant.institution.name),
                (_("And"), grant.authority.name),
                (_("Version of this text"), str(agreement.version)),
                (_("First day"), day(grant.starts_on)),
                (_("Last day"), day(grant.ends_on)),
                (_("Rulebook"), _("Version %(v)s") % {"v": grant.rulebook}),
            ]
        ),
        "lines_title": _("What is granted"),
        "lines": [line_of(grant, line, named.get(line.pk, ()), words, book) for line in lines],
        "undertakings_title": _("What the institution undertakes"),
        "undertakings": [of_the_rules(item.text) for item in book.declarations_on("agreement")],
        "authorities_title": _("Signed by the authorities"),
        "authorities": [
            {"name": str(row.signatory), "body": row.body.name, "at": day(row.signed_at)} for row in signatures
        ],
        "institution_title": _("Signed for the institution"),
        "institution_rows": _accepted(agreement, grant),
        "unsigned": "" if accepted else _("Not signed yet."),
        "digest_text": _("Precisely this is agreed, by the SHA-256 of the text:"),
        "digest": agreement.digest,
        "check": {**said["check"], "title": _("Is this document genuine?")},
    }


def _accepted(agreement: Agreement, grant: Grant) -> list[dict[str, str]]:
    if agreement.accepted_at is None:
        return []
    who = f"{agreement.accepted_by}, {agreement.capacity}"
    return [{"name": who, "body": grant.institution.name, "at": day(agreement.accepted_at)}]


def line_of(grant: Grant, line: GrantLine, people: Sequence[Person], words: Words, book: Rulebook) -> dict[str, Any]:
    """One line as documents tell it, as `granted` in templates/documents/base.typ reads it. `people`: who alone may."""

    def figures(value: int) -> str:
        return number_format(value, force_grouping=True)

    title = _("Line %(number)s") % {"number": line.number}
    if ended := ending(line):
        return {"title": title, "sentence": ended, "facts": [], "conditions_title": "", "conditions": []}
    return {
        "title": title,
        "sentence": sentence(grant.institution.name, line, book),
        "facts": facts(
            [
                (_("Release"), str(line.release)),
                (_("Use"), words.use_case(line.use_case)),
                (_("Environment"), line.environment.name),
                (_("Data"), words.data_class(line.data_class)),
                (_("Access route"), words.route(line.access_route)),
                (_("Requests a day"), figures(line.requests_per_day)),
                (_("Tokens a day"), figures(line.tokens_per_day)),
                (_("People at once"), figures(line.seats)),
                (_("Who may use it"), names_of(people) or _("Everybody whom the institution has named for access")),
                (_("Dates"), f"{day(line.starts_on)} – {day(line.ends_on)}"),
            ]
        ),
        "conditions_title": _("Conditions"),
        "conditions": conditions_of(line, words),
    }
