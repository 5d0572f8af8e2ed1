"""Deeds on re-reviews: raised with a new release, looked at by a case officer, lapsed when there is nothing to see."""

from __future__ import annotations

from itertools import groupby

from django.db.models import Count
from django.utils.translation import gettext as _

from grants import notices_places as notices
from grants.models import Release, ReReview
from grants.queries.re_review import unlooked
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import Conflict, refused, require
from portal.workflow import as_deed, create_all, lock, move

AT_ONCE = 50
"""Grants that are looked at again, or re-reviews that lapse, in the provider's own deed; sweeps do what is left."""
BATCH = 500
"""Grants that the sweep takes in one deed."""


@as_deed
def raise_re_reviews(*, release: Release, by: Actor) -> list[ReReview]:
    """Have the live grants on an earlier release of the model looked at again. Nothing of any grant changes.

    In the deed of the announcement, whose length does not depend on how many grants there are: beyond the first
    AT_ONCE a sweep goes on (raise_more). Officers hear at once of how many there are to be.
    """
    counts = dict(unlooked(release).order_by().values_list("authority").annotate(n=Count("pk")))
    rows, left = _raise(release, AT_ONCE, by)
    notices.tell_officers(release, counts, rows)
    if left:
        Release.objects.filter(pk=release.pk).update(re_reviews_due=True)
    return rows


@as_deed
def raise_more(*, release: Release, by: Actor) -> int:
    """Raise the next BATCH of re-reviews; how many they were.

    Raises Conflict where all of them are raised.
    """
    lock(release)
    if not release.re_reviews_due:
        raise Conflict(refused(_("Every grant is looked at again already."), code="not_due", rule="re_review.raise"))
    rows, left = _raise(release, BATCH, by) if release.state != "retired" else ([], False)
    if not left:
        Release.objects.filter(pk=release.pk).update(re_reviews_due=False)
    return len(rows)


def _raise(release: Release, most: int, by: Actor) -> tuple[list[ReReview], bool]:
    """Raise them for the next grants, `most` at most, and whether others are left. An institution hears once of each.

    Grants of one institution stay together where they fit, so that one notice names them all.
    """
    rest = unlooked(release).select_related("institution__organisation").order_by("institution_id", "pk")
    grants = list(rest[: most + 1])
    left = len(grants) > most
    if left:
        last = grants.pop().institution_id
        grants = [grant for grant in grants if grant.institution_id != last] or grants
    now = clock.now()
    rows = [
        ReReview(
            grant=grant,
            release=release,
            institution=grant.institution,
            authority_id=grant.authority_id,
            raised_at=now,
        )
        for grant in grants
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
    for _institution, its in groupby(rows, key=lambda row: row.institution_id):
        notices.tell_of_re_reviews(list(its))
    return rows, left


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
    """Close what is open about a release that was retired: the first AT_ONCE here, the others by a sweep."""
    rows = list(ReReview.objects.filter(release=release, state="open").order_by("pk")[:AT_ONCE])
    for row in rows:
        lapse_re_review(re_review=row, by=by)
    return len(rows)


@as_deed
def lapse_re_review(*, re_review: ReReview, by: Actor) -> ReReview:
    """Close one for which there is nothing to look at any more."""
    return move(re_review, "lapse", by=by, about=[re_review.grant_id, re_review.institution_id])
