"""Catalogues of statements that environments are attested against. Versions stand side by side, none is changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.states_places import STATEMENT_CATALOGUE
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class StatementCatalogue(LifecycleModel):
    """One version of one catalogue, as it was imported. `key` names the catalogue over all its versions.

    `baseline` is the scheme's own: its groups are the rulebook's safeguards. Every environment answers it; others
    are adopted by an environment beside it.
    """

    TABLE = STATEMENT_CATALOGUE

    key = models.SlugField(_("key"), max_length=60)
    version = models.CharField(_("version"), max_length=60)
    title = models.CharField(_("title"), max_length=300)
    source = models.CharField(_("source"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=20)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    statement_count = models.PositiveIntegerField(_("statements"))
    mandatory_count = models.PositiveIntegerField(_("mandatory statements"))
    skipped = models.JSONField(_("skipped"), default=list)
    imported_at = models.DateTimeField(_("imported"), default=clock.now)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta(LifecycleModel.Meta):
        verbose_name = _("catalogue of statements")
        verbose_name_plural = _("catalogues of statements")
        triggers = lifecycle_triggers(STATEMENT_CATALOGUE)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key", "version"], name="statements_version_once"),
            models.UniqueConstraint(fields=["key"], condition=models.Q(state="in_use"), name="statements_one_in_use"),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


class Statement(Record):
    """One statement. `identifier` is the same over the versions of a catalogue, so that answers can follow it.

    `group` is a safeguard of the rulebook in the scheme's own baseline, and a chapter of the document elsewhere.
    """

    class Importance(models.TextChoices):
        MANDATORY = "mandatory", _("Mandatory")
        RECOMMENDED = "recommended", _("Recommended")
        OPTIONAL = "optional", _("Optional")

    catalogue = models.ForeignKey(StatementCatalogue, on_delete=models.PROTECT, related_name="statements")
    identifier = models.CharField(_("identifier"), max_length=60)
    group = models.CharField(_("group"), max_length=60)
    group_title = models.CharField(_("title of the group"), max_length=300)
    safeguard = models.CharField(_("safeguard"), max_length=50, blank=True)
    text = models.TextField(_("statement"))
    guidance = models.TextField(_("guidance"), blank=True)
    importance = models.CharField(_("importance"), max_length=12, choices=Importance.choices)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        triggers = append_only()
        ordering: ClassVar = ["catalogue", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalogue", "identifier"], name="statement_once"),
            models.UniqueConstraint(fields=["catalogue", "position"], name="statement_place"),
            models.CheckConstraint(
                condition=models.Q(importance__in=["mandatory", "recommended", "optional"]),
                name="statement_importance",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier} {self.text[:80]}"

    @property
    def is_mandatory(self) -> bool:
        return self.importance == self.Importance.MANDATORY
