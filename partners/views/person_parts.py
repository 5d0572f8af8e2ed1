"""What the pages about people share: where somebody stands, in rows and in a tag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from partners.models import Person, PersonCheck
from partners.models.person import UNTIL
from partners.rules.person import Clearance, Texts, clearance
from portal.core import clock
from portal.rulebook.queries import rules
from portal.ui import tags
from portal.ui.templatetags import ui


@dataclass(frozen=True)
class Part:
    """One thing that access takes: where it stands (a tag), what stands on record, and who has to act."""

    title: str
    tag: SafeString
    note: str
    who: str = ""


def soon_days() -> int:
    """The longest of the notices of a lapse: what ends within so many days ends soon."""
    return max(rules().people.notices_days)


def standing_tag(person: Person, found: Clearance, soon: int, *, large: bool = False) -> SafeString:
    """Where the person stands, in one tag."""
    if person.state != "named":
        return tags.tag_of(person, large=large)
    if found.lacks:
        return tags.derived_tag("not_met", _("Not cleared"), large=large)
    if found.until is not None and found.until <= clock.today() + timedelta(days=soon):
        return tags.derived_tag("due_soon", _("Ends soon"), large=large)
    return tags.derived_tag("met", _("Cleared"), large=large)


def end_cell(until: date | None, soon: int) -> SafeString | str:
    """The last day of a check, with a tag where it is near or has passed."""
    if until is None:
        return tags.derived_tag("not_started", _("Missing"))
    left = (until - clock.today()).days
    if left < 0:
        return format_html("{} {}", ui.short_day(until), tags.derived_tag("overdue", _("Ended")))
    if left <= soon:
        return format_html("{} {}", ui.short_day(until), tags.derived_tag("due_soon", _("Ends soon")))
    return str(ui.short_day(until))


def parts_of(
    person: Person, checks: Iterable[PersonCheck], texts: Texts, soon: int, *, own: bool = False
) -> list[Part]:
    """The four things that access takes, as they stand: told to the person themself (`own`) or to others."""
    counting = {(check.kind, check.valid_until): check for check in checks if not hasattr(check, "revocation")}
    found = []
    for kind, label in PersonCheck.Kind.choices:
        until = getattr(person, UNTIL[kind])
        found.append(_check_part(str(label), until, counting.get((kind, until)), soon, own=own))
    return [*found, _rules_part(person, texts, own=own)]


def _check_part(title: str, until: date | None, check: PersonCheck | None, soon: int, *, own: bool) -> Part:
    who = _("Your institution records it.") if own else ""
    if until is None:
        return Part(title, tags.derived_tag("not_met", _("Missing")), _("Nothing is on record."), who)
    said = ""
    if check is not None:
        words = {"day": ui.day(check.checked_on), "who": check.vouched_by}
        said = _("Checked on %(day)s by %(who)s.") % words
    left = (until - clock.today()).days
    if left < 0:
        return Part(title, tags.derived_tag("overdue", _("Ended on %(day)s") % {"day": ui.short_day(until)}), said, who)
    label, near = _("Until %(day)s") % {"day": ui.short_day(until)}, left <= soon
    return Part(title, tags.derived_tag("due_soon" if near else "met", label), said, who if near else "")


def _rules_part(person: Person, texts: Texts, *, own: bool) -> Part:
    title = _("Rules for people with access")
    who = _("You accept them on this page.") if own else _("The person accepts them on their own page.")
    said = ""
    if person.accepted_at:
        words = {"version": person.accepted_version, "day": ui.day(person.accepted_at)}
        said = _("Version %(version)s accepted on %(day)s.") % words
    return Part(title, rules_tag(person, texts), said, "" if person.accepted_digest == texts.digest else who)


def rules_tag(person: Person, texts: Texts) -> SafeString:
    """How the person stands with the rules for people, as a tag."""
    if not texts.items or person.accepted_digest == texts.digest:
        return tags.derived_tag("met", _("Accepted"))
    if person.accepted_digest in texts.sufficient(clock.today()):
        return tags.derived_tag("due_soon", _("Accept by %(day)s") % {"day": ui.short_day(texts.earlier_until)})
    return tags.derived_tag("not_met", _("New text") if person.accepted_digest else _("Not accepted"))


def context_of(person: Person, checks: list[PersonCheck], texts: Texts, *, own: bool = False) -> dict[str, Any]:
    """What both pages about one person show."""
    soon, found = soon_days(), clearance(person, texts, clock.today())
    return {
        "person": person,
        "clearance": found,
        "standing": standing_tag(person, found, soon, large=True),
        "parts": parts_of(person, checks, texts, soon, own=own),
    }
