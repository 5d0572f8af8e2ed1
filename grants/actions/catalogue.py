"""Deeds of a provider on its models and releases."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from grants.models import Model, Release
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move


@as_deed
def list_model(*, provider: Organisation, name: str, by: Actor, summary: str = "") -> Model:
    """Put a model family into the catalogue. Raises ValidationError where the name is taken."""
    model = Model(provider=provider, name=" ".join(name.split()), summary=summary.strip(), created_at=clock.now())
    model.clean_fields(exclude=["state"])
    model.validate_constraints()
    return create(model, "list", by=by, detail={"name": model.name}, about=[provider.pk], tier="scheme")


@as_deed
def unlist_model(*, model: Model, by: Actor) -> Model:
    """Take a model out of the catalogue. Its releases stay as they are."""
    return move(model, "unlist", by=by, about=[model.provider_id], tier="scheme")


@as_deed
def announce_release(
    *,
    model: Model,
    version: str,
    key: str,
    capability_tier: str,
    access_routes: Sequence[str],
    by: Actor,
    notes: str = "",
) -> Release:
    """Announce a release: it can be asked for, and covers nothing by itself. Words are those of the rulebook's scope.

    Raises Refused for words that the rulebook does not have, ValidationError where version or key are taken.
    """
    lock(model)
    scope = rules().scope
    if model.state != "listed":
        require(refused(_("This model is no longer listed."), code="unlisted", rule="model.unlist"))
    known = {item.key for item in scope.access_routes}
    if capability_tier not in {item.key for item in scope.capability_tiers} or not set(access_routes) <= known:
        require(refused(_("Choose tier and routes from the rulebook's lists."), code="unknown_term", rule="scope"))
    if not access_routes:
        require(refused(_("Choose at least one access route."), code="no_route", rule="scope.access_routes"))
    release = Release(
        model=model,
        provider_id=model.provider_id,
        version=version.strip(),
        key=key.strip(),
        capability_tier=capability_tier,
        access_routes=sorted(set(access_routes)),
        notes=notes.strip(),
        announced_at=clock.now(),
    )
    release.clean_fields(exclude=["state"])
    release.validate_constraints()
    return create(
        release,
        "announce",
        by=by,
        detail={"version": release.version, "key": release.key, "capability_tier": capability_tier},
        about=[model.pk, model.provider_id],
        tier="scheme",
    )


@as_deed
def publish_release(*, release: Release, by: Actor) -> Release:
    """The release is out: lines that cover it can be used."""
    return move(
        release, "release", by=by, changes={"released_at": clock.now()}, about=[release.model_id, release.provider_id],
        tier="scheme",
    )  # fmt: skip


@as_deed
def retire_release(*, release: Release, by: Actor, reason: str = "") -> Release:
    """Take the release out of use, whatever was granted on it."""
    return move(
        release,
        "retire",
        by=by,
        changes={"retired_at": clock.now()},
        detail={"reason": reason},
        about=[release.model_id, release.provider_id],
        tier="scheme",
    )
