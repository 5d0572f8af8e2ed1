"""The catalogue: providers' models and their releases."""

from __future__ import annotations

from typing import ClassVar

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


class Model(LifecycleModel):
    """A provider's model family."""

    TABLE = MODEL

    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="models")
    name = models.CharField(_("name"), max_length=100)
    summary = models.TextField(_("what it is"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("model")
        verbose_name_plural = _("models")
        triggers = lifecycle_triggers(MODEL)
        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "name"], name="model_name_once")]

    def __str__(self) -> str:
        return self.name


class Release(LifecycleModel):
    """One version of a model. What a grant covers is always a release, never a family."""

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

    class Meta(LifecycleModel.Meta):
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        triggers = lifecycle_triggers(RELEASE)
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
