"""What a person does with their own saved views. The scheme does not change by it, and the record keeps none of it."""

from __future__ import annotations

from django.db import transaction

from portal.accounts.models import User
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import require
from portal.dashboards.models import SavedView
from portal.dashboards.queries.saved_view import views_of
from portal.dashboards.rules.saved_view import may_keep_another, not_taken


@transaction.atomic
def save_view(*, board: str, name: str, query: str, by: Actor) -> SavedView:
    """Keep the filters under a name of one's own. Raises Refused where the name is taken or there are too many."""
    _lock(by)
    require(may_keep_another(views_of(by).count()))
    _require_free(name, by)
    return SavedView.objects.create(
        owner_id=by.person_id,
        organisation_id=by.organisation_id,
        board=board,
        name=name,
        query=query,
        saved_at=clock.now(),
    )


@transaction.atomic
def rename_view(*, view: SavedView, name: str, by: Actor) -> SavedView:
    """Raises Refused where another of one's views has that name."""
    _lock(by)
    _require_free(name, by, but=view)
    view.name = name
    view.save(update_fields=["name"])
    return view


def remove_view(*, view: SavedView, by: Actor) -> None:
    """It is gone; the board stays as it is. A second time changes nothing."""
    views_of(by).filter(pk=view.pk).delete()


def _lock(by: Actor) -> None:
    """One thing at a time for each person, so that counts and names hold."""
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=by.person_id)


def _require_free(name: str, by: Actor, but: SavedView | None = None) -> None:
    others = views_of(by).filter(name__iexact=name)
    require(not_taken(taken=others.exclude(pk=but.pk).exists() if but else others.exists()))
