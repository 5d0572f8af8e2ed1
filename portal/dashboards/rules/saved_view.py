"""What may be saved of a board, and how much."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import gettext as _

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.dashboards.models.saved_view import QUERY_LENGTH

MOST = 30
"""Views of one person in one organisation: more would be found no better than by filtering anew."""
LONGEST_VALUE = 100
MOST_FIELDS = 50


def may_keep_another(count: int) -> Verdict:
    """`count` is how many they have."""
    if count < MOST:
        return ALLOWED
    reason = _("You have %(n)s saved views, which is as many as there can be. Remove one first.") % {"n": count}
    return refused(reason, code="too_many_views")


def not_taken(*, taken: bool) -> Verdict:
    """Names are told apart whatever their capitals."""
    if not taken:
        return ALLOWED
    return refused(_("You already have a view of that name. Choose another name."), code="name_taken")


def filters_in(query: str, known: Iterable[str]) -> str:
    """Of an address's query the fields that the board knows and that say something, sorted; the last of each counts."""
    names = set(known)
    try:
        pairs = parse_qsl(query, max_num_fields=MOST_FIELDS)
    except ValueError:
        return ""
    said = {key: value for key, value in pairs if key in names and _is_plain(value)}
    return urlencode(sorted(said.items()))[:QUERY_LENGTH]


def _is_plain(value: str) -> bool:
    return 0 < len(value) <= LONGEST_VALUE and value.isprintable()
