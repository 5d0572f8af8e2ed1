"""The catalogue: providers' models and their releases."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.states import MODEL, RELEASE
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

key_validator = RegexValidator(
    r"^[a-z0-9][a-z0-9._-]{0,79}\Z",
    _("Use lower-case letters, digits, dots, hyphens and underscores, such as meridian-4.1."),
)
"""What machines call a release or an environment."""


def granted_stays(names: str, granted: str) -> pgtrigger.Trigger:
    """What a grant line names does not change any more: not these columns, whoever asks. `granted` is a condition."""
    columns = [name.strip() for name in names.split(",")]
    new, old = (", ".join(f"{row}.{name}" for name in columns) for row in ("NEW", "OLD"))
    return pgtrigger.Trigger(
        name="granted_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        func=f"""
        IF ({new}) IS DISTINCT FROM ({old})
           AND EXISTS (SELECT 1 FROM grants_grantline line WHERE {granted}) THEN
            RAISE EXCEPTION 'immutable: a grant names this row of %', TG_TABLE_NAME;
        END IF;
        RETURN NEW;
        """,  # noqa: S608 names of columns written in this file
    )


def stays_while_granted() -> pgtrigger.Trigger:
    """For lines of grants: their release cannot be changed at the same moment, because its row is locked."""
    return pgtrigger.Trigger(
        name="release_stays",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func="PERFORM 1 FROM grants_release WHERE id = NEW.release_id FOR SHARE; RETURN NEW;",
    )


OF_MODEL = "line.release_id IN (SELECT id FROM grants_release WHERE model_id = OLD.id)"


class Model(LifecycleModel):
    """A provider's model family. Its name stays once a grant line names one of its releases."""

    TABLE = MODEL

    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="models")
    name = models.CharField(_("name"), max_length=100)
    summary = models.TextField(_("what it is"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("model")
        verbose_name_plural = _("models")
        triggers: ClassVar = [*lifecycle_triggers(MODEL), granted_stays("provider_id, name", OF_MODEL)]
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "name"], name="model_name_once")]

    def __str__(self) -> str:
        return self.name


class Release(LifecycleModel):
    """One version of a model. What a grant covers is always a release, never a family.

    Once a grant line names it nothing of it changes but its state, with the times at which it came out or was retired.
    `re_reviews_due`: grants are still to be looked at again because of it; a sweep raises what the announcement left.
    """

    TABLE = RELEASE

    model = models.ForeignKey(Model, on_delete=models.PROTECT, related_name="releases")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    version = models.CharField(_("version"), max_length=40)
    key = models.CharField(_("identifier at the gateway"), max_length=80, validators=[key_validator])
    capability_tier = models.CharField(_("capability tier"), max_length=50)
    access_routes = ArrayField(models.CharField(max_length=50), verbose_name=_("access routes"))
    notes = models.TextField(_("notes for partners"), max_length=2000, blank=True)
    announced_at = models.DateTimeField(_("announced"), default=clock.now, editable=False)
    released_at = models.DateTimeField(_("released"), null=True, blank=True, editable=False)
    retired_at = models.DateTimeField(_("retired"), null=True, blank=True, editable=False)
    re_reviews_due = models.BooleanField(default=False, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        triggers: ClassVar = [
            *lifecycle_triggers(RELEASE),
            granted_stays(
                "model_id, provider_id, version, key, capability_tier, access_routes, notes, announced_at",
                "line.release_id = OLD.id",
            ),
            pgtrigger.Trigger(
                name="times_stay",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF (OLD.released_at IS NOT NULL AND NEW.released_at IS DISTINCT FROM OLD.released_at)
                   OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at) THEN
                    RAISE EXCEPTION 'immutable: when a release came out or was retired is not rewritten';
                END IF;
                RETURN NEW;
                """,
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["id"], condition=models.Q(re_reviews_due=True), name="release_re_reviews_due")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "version"], name="release_version_once"),
            models.UniqueConstraint(fields=["provider", "key"], name="release_key_once"),
            models.CheckConstraint(
                condition=~models.Q(state="released") | models.Q(released_at__isnull=False),
                name="release_released_with_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="retired", retired_at__isnull=False)
                | (~models.Q(state="retired") & models.Q(retired_at__isnull=True)),
                name="release_retired_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model.name} {self.version}"
