"""What of a grant request was refused, or granted narrower than it was asked for."""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from grants.models import GrantRequest, RequestLine
from grants.queries.request import CaseLine, case_of

LIMITS = ("requests_per_day", "tokens_per_day", "seats", "ends_on")
"""What a review can lower (rules.request.narrower)."""
_LESS = Q(granted=None)
for _name in LIMITS:
    _LESS |= Q(**{f"granted__{_name}__lt": F(_name)})


def less_in(request: str) -> Exists:
    """Whether a line was refused or narrowed, for rows with the path to their decided request."""
    return Exists(RequestLine.objects.filter(_LESS, request=OuterRef(request)))


def with_less() -> QuerySet[GrantRequest]:
    """Requests that were decided with a line refused or narrowed, unless a panel set that aside.

    Each says so of itself (`has_less`), so that who has it does not ask again.
    """
    decided = GrantRequest.objects.filter(state__in=("granted", "refused"), set_aside_at=None)
    rows: QuerySet[GrantRequest] = decided.annotate(has_less=less_in("pk")).filter(has_less=True)
    return rows


def gave_less(request: GrantRequest) -> bool:
    """The same of one request. One query where it is decided and nobody has asked yet: no line changes then."""
    if request.decided_at is None or request.set_aside_at is not None:
        return False
    if not hasattr(request, "has_less"):
        request.has_less = with_less().filter(pk=request.pk).exists()
    return request.has_less


def is_less(item: CaseLine) -> bool:
    """Whether the line, as decided, was refused or narrowed."""
    return not item.is_granted or any(getattr(item.review, name) < getattr(item.line, name) for name in LIMITS)


def lines_with_less(request: GrantRequest) -> list[CaseLine]:
    """The lines that were refused or narrowed, in their order. Four queries."""
    return [item for item in case_of(request).lines if is_less(item)]
