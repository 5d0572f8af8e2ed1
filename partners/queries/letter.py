"""What a decision letter says, as plain data for its template."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from partners.models import Application, Qualification, Signature
from partners.queries.rulebook import rules_of
from partners.rules.application import rights_after_refusal
from portal.core import clock


def letter_data(application: Application) -> dict[str, Any]:
    """Sentences, pairs of label and value, and who signed, ready to be set. Four queries."""
    signatures = list(
        Signature.objects.filter(application=application, void__isnull=True)
        .select_related("by", "body")
        .order_by("at", "id")
    )
    data: dict[str, Any] = {
        "reference": application.reference,
        "date": clock.today().isoformat(),
        "institution": application.institution.name,
        "authority": application.authority.name,
        "signatures": [{"name": str(row.by), "body": row.body.name, "at": row.at.isoformat()} for row in signatures],
        "signatures_title": _("Signatures"),
        "digests": [f"{row.by}, {row.body.name}: SHA-256 {row.digest}" for row in signatures],
        "digests_intro": _("Each signature is bound to precisely what was read, by its hash:"),
    }
    return data | (_approval(application) if application.state == "approved" else _refusal(application))


def _approval(application: Application) -> dict[str, Any]:
    qualification = Qualification.objects.get(application=application)
    institution = application.institution
    rule = f"quorum.{application.kind}.{application.tier}"
    facts = [
        (_("Qualification"), qualification.reference),
        (_("Institution"), institution.name),
        (_("Jurisdiction"), institution.organisation.jurisdiction_name),
        (_("LEI"), institution.lei),
        (_("Registered address"), ", ".join(institution.address.splitlines())),
        (_("Risk tier"), qualification.get_tier_display()),
        (_("Valid from"), _day(qualification.valid_from)),
        (_("Valid until"), _day(qualification.valid_until)),
        (_("Rulebook"), _("Version %(v)s, %(rule)s") % {"v": application.rulebook, "rule": rule}),
    ]
    return {
        "tone": "green",
        "verdict": _("Your institution is a trusted partner of the scheme."),
        "facts": [[str(label), str(value)] for label, value in facts if value],
        "paragraphs": [
            _("Application %(reference)s was approved by the quorum that the rulebook asks for.")
            % {"reference": application.reference},
            _(
                "This qualification gives no access by itself. Ask for a grant for each model, use, environment and "
                "class of data. Tell your authority of every material change in the time that the rulebook gives."
            ),
        ],
        "lists": [],
    }


def _refusal(application: Application) -> dict[str, Any]:
    rules = rules_of(application)
    labels = {item.key: str(item.label) for item in rules.refusals.application}
    rights = rights_after_refusal(clock.today(), rules)
    window = (rights.appeal_until - clock.today()).days
    return {
        "tone": "red",
        "verdict": _("Your application was declined."),
        "facts": [[str(_("Application")), application.reference], [str(_("Rulebook")), application.rulebook]],
        "paragraphs": application.refusal_note.splitlines(),
        "lists": [
            {
                "title": _("Reasons"),
                "items": [labels.get(key, key) for key in application.refusal_reasons],
            },
            {
                "title": _("What you can do"),
                "items": [
                    _("Appeal within %(days)s days, until %(day)s (rule appeal.refusal).")
                    % {"days": window, "day": _day(rights.appeal_until)},
                    _("Apply again from %(day)s.") % {"day": _day(rights.again_from)},
                ],
            },
        ],
    }


def _day(value: date) -> str:
    return date_format(value, "j F Y")
