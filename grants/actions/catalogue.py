"""Deeds of a provider on its models and releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from grants.actions.re_review import lapse_re_reviews_of, raise_re_reviews
from grants.models import GrantLine, Model, Release
from portal.accounts.models import Organisation
from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, lock, move, record


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
    if model.state != "listed":
        require(refused(_("This model is no longer listed."), code="unlisted", rule="model.unlist"))
    _known(capability_tier, access_routes)
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
    create(
        release,
        "announce",
        by=by,
        detail={"version": release.version, "key": release.key, "capability_tier": capability_tier},
        about=[model.pk, model.provider_id],
        tier="scheme",
    )
    raise_re_reviews(release=release, by=by)
    return release


def _known(capability_tier: str, access_routes: Sequence[str]) -> None:
    scope = rules().scope
    known = {item.key for item in scope.access_routes}
    if capability_tier not in {item.key for item in scope.capability_tiers} or not set(access_routes) <= known:
        require(refused(_("Choose tier and routes from the rulebook's lists."), code="unknown_term", rule="scope"))
    if not access_routes:
        require(refused(_("Choose at least one access route."), code="no_route", rule="scope.access_routes"))


@as_deed
def edit_release(*, release: Release, changes: Mapping[str, Any], by: Actor) -> Release:
    """Change version, key, capability_tier, access_routes or notes, as long as no grant line names the release.

    Raises Refused for one that does, for words that the rulebook does not have, and where nothing is new;
    ValidationError where a field is wrong, or version or key are taken.
    """
    lock(release)
    if GrantLine.objects.filter(release=release).exists():
        reason = _("A grant names this release, so it stays as it is. Announce another one.")
        require(refused(reason, code="granted_on", rule="release.edit"))
    wanted = {name: _tidy(name, value) for name, value in changes.items() if name in EDITABLE}
    fresh = {name: value for name, value in wanted.items() if getattr(release, name) != value}
    if not fresh:
        require(refused(_("Nothing is different from before."), code="nothing_new", rule="release.edit"))
    trial = Release(pk=release.pk, model_id=release.model_id, provider_id=release.provider_id, state=release.state)
    for name in EDITABLE:
        setattr(trial, name, fresh.get(name, getattr(release, name)))
    _known(trial.capability_tier, trial.access_routes)
    trial.clean_fields(exclude=[field.name for field in Release._meta.fields if field.name not in EDITABLE])
    trial.released_at, trial.retired_at = release.released_at, release.retired_at
    trial._state.adding = False
    trial.validate_constraints()
    detail = {name: {"before": getattr(release, name), "now": value} for name, value in fresh.items()}
    about = [release.model_id, release.provider_id]
    return record(release, "edit", by=by, changes=fresh, detail=detail, about=about, tier="scheme")


EDITABLE = ("version", "key", "capability_tier", "access_routes", "notes")


def _tidy(name: str, value: Any) -> Any:
    return sorted(set(value)) if name == "access_routes" else str(value).strip()


@as_deed
def edit_model(*, model: Model, name: str, summary: str, by: Actor) -> Model:
    """Change what a model is called, as long as no grant names one of its releases, or how it is described.

    Raises Refused for a new name of such a model, and where nothing is new; ValidationError where the name is taken.
    """
    lock(model)
    wanted = {"name": " ".join(name.split()), "summary": summary.strip()}
    fresh = {field: value for field, value in wanted.items() if getattr(model, field) != value}
    if not fresh:
        require(refused(_("Nothing is different from before."), code="nothing_new", rule="model.edit"))
    if "name" in fresh and GrantLine.objects.filter(release__model=model).exists():
        reason = _("A grant names a release of this model, so its name stays.")
        require(refused(reason, code="granted_on", rule="model.edit"))
    trial = Model(pk=model.pk, provider_id=model.provider_id, **wanted)
    trial._state.adding = False
    trial.clean_fields(exclude=["state", "id", "provider", "created_at"])
    trial.validate_constraints()
    detail = {field: {"before": getattr(model, field), "now": value} for field, value in fresh.items()}
    return record(model, "edit", by=by, changes=fresh, detail=detail, about=[model.provider_id], tier="scheme")


@as_deed
def publish_release(*, release: Release, by: Actor) -> Release:
    """The release is out: lines that cover it can be used."""
    return move(
        release, "release", by=by, changes={"released_at": clock.now()}, about=[release.model_id, release.provider_id],
        tier="scheme",
    )  # fmt: skip


@as_deed
def retire_release(*, release: Release, by: Actor, reason: str = "") -> Release:
    """Take the release out of use, whatever was granted on it. Open re-reviews about it lapse."""
    move(
        release,
        "retire",
        by=by,
        changes={"retired_at": clock.now()},
        detail={"reason": reason},
        about=[release.model_id, release.provider_id],
        tier="scheme",
    )
    lapse_re_reviews_of(release=release, by=by)
    return release
