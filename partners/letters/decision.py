"""The letter of a decision on an application: what was decided, on what grounds, who signed, and what follows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from partners.letters.words import country, day, facts, frame, of_the_rules
from partners.models import Application, Qualification, Signature
from partners.queries.rulebook import rules_of
from partners.rules.application import Rights, rights_after_refusal
from portal.rulebook.appeals import country_of


def approval(
    application: Application,
    qualification: Qualification,
    signatures: Sequence[Signature],
    *,
    made: datetime,
    code: str,
) -> dict[str, Any]:
    """The letter of qualification."""
    institution = application.institution
    rule = f"quorum.{application.kind}.{application.tier}"
    pairs = [
        (_("Qualification"), qualification.reference),
        (_("Institution"), institution.name),
        (_("Jurisdiction"), country(institution.organisation.jurisdiction)),
        (_("LEI"), institution.lei),
        (_("Registered address"), ", ".join(institution.address.splitlines())),
        (_("Risk tier"), qualification.get_tier_display()),
        (_("Valid from"), day(qualification.valid_from)),
        (_("Valid until"), day(qualification.valid_until)),
        (_("Rulebook"), _("Version %(v)s, %(rule)s") % {"v": application.rulebook, "rule": rule}),
    ]
    return {
        **frame(application, made=made, code=code),
        "title": _("Letter of qualification"),
        "tone": "green",
        "verdict": _("Your institution is a trusted partner of the scheme."),
        "facts": facts(pairs),
        "paragraphs": [
            _("Application %(reference)s was approved by the quorum that the rulebook asks for.")
            % {"reference": application.reference},
            _(
                "This qualification gives no access by itself. Ask for a grant for each model, use, environment and "
                "class of data. Tell your authority of every material change in the time that the rulebook gives."
            ),
        ],
        **signed(signatures),
    }


def refusal(application: Application, signatures: Sequence[Signature], *, made: datetime, code: str) -> dict[str, Any]:
    """The letter of refusal, with the reasons and the rights that follow."""
    rules = rules_of(application)
    labels = {item.key: of_the_rules(item.label) for item in rules.refusals.application}
    rights = rights_after_refusal(application.decided_at or made, country_of(application), rules)
    return {
        **frame(application, made=made, code=code),
        "title": _("Letter of refusal"),
        "tone": "red",
        "verdict": _("Your application was declined."),
        "facts": facts([(_("Application"), application.reference), (_("Rulebook"), application.rulebook)]),
        "paragraphs": application.refusal_note.splitlines(),
        "lists": [
            {"title": _("Reasons"), "items": [labels.get(key, key) for key in application.refusal_reasons]},
            {"title": _("What you can do"), "items": _what_can_be_done(rights)},
        ],
        **signed(signatures),
    }


def _what_can_be_done(rights: Rights) -> list[str]:
    return [
        _("Appeal within %(days)s days, until %(day)s (rule appeal.refusal).")
        % {"days": rights.appeal_days, "day": rights.appeal_until},
        _("Apply again from %(day)s.") % {"day": day(rights.again_from)},
    ]


def signed(signatures: Sequence[Signature]) -> dict[str, Any]:
    """Who signed for which body, and the digest of precisely what they read."""
    return {
        "signatures_title": _("Signatures"),
        "signatures": [{"name": str(row.by), "body": row.body.name, "at": day(row.at)} for row in signatures],
        "digests_intro": _("Each signature is bound to precisely what was read, by its hash:"),
        "digests": [f"{row.by}, {row.body.name}: SHA-256 {row.digest}" for row in signatures],
    }
