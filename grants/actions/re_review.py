"""Deeds on re-reviews: raised with a new release, looked at by a case officer, lapsed when there is nothing to see."""

from __future__ import annotations

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from grants import notices_places as notices
from grants.models import Grant, GrantLine, Release, ReReview
from grants.states import GRANT_LIVE
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.workflow import as_deed, create_all, move


@as_deed
def raise_re_reviews(*, release: Release, by: Actor) -> list[ReReview]:
    """Have every live grant on an earlier release of the model looked at again. Nothing of any grant changes."""
    lines = GrantLine.objects.filter(grant=OuterRef("pk"), release__model_id=release.model_id)
    grants = Grant.objects.filter(Exists(lines), state__in=GRANT_LIVE).select_related("institution__organisation")
    rows = [
        ReReview(
            grant=grant,
            release=release,
            institution=grant.institution,
            authority_id=grant.authority_id,
            raised_at=clock.now(),
        )
        for grant in grants.order_by("pk")
    ]
    create_all(
        rows,
        "raise",
        by=by,
        recorded=lambda row: {
            "detail": {"release": str(release.pk), "version": release.version},
            "about": [row.grant_id, row.institution_id, release.pk],
        },
    )
    for row in rows:
        notices.tell_of_re_review(row)
    return rows


@as_deed
def look_at(*, re_review: ReReview, outcome: str, note: str, by: Actor) -> ReReview:
    """Say what follows for the grant, and why. The institution is told. Raises Refused for an unknown outcome."""
    if outcome not in ReReview.Outcome.values:
        require(refused(_("Choose what follows."), code="unknown_term", rule="re_review.look_at"))
    if not note.strip():
        require(refused(_("Say why, for the institution."), code="no_reason", rule="re_review.look_at"))
    move(
        re_review,
        "look_at",
        by=by,
        changes={"outcome": outcome, "note": note.strip(), "looked_at": clock.now(), "looked_by": by.user},
        detail={"outcome": outcome, "note": note.strip()},
        about=[re_review.grant_id, re_review.institution_id],
    )
    notices.tell_of_outcome(re_review)
    return re_review


@as_deed
def lapse_re_reviews_of(*, release: Release, by: Actor) -> int:
    """Close what is open about a release that was retired."""
    rows = list(ReReview.objects.filter(release=release, state="open").order_by("pk"))
    for row in rows:
        lapse_re_review(re_review=row, by=by)
    return len(rows)


@as_deed
def lapse_re_review(*, re_review: ReReview, by: Actor) -> ReReview:
    """Close one for which there is nothing to look at any more."""
    return move(re_review, "lapse", by=by, about=[re_review.grant_id, re_review.institution_id])
