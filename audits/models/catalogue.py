"""Control catalogues: what audits test. Versions stand side by side; an audit keeps the one it began with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.states import CATALOGUE
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Catalogue(LifecycleModel):
    """One version of one catalogue, as it was imported. `key` names the catalogue over all its versions."""

    TABLE = CATALOGUE

    key = models.SlugField(_("key"), max_length=60)
    version = models.CharField(_("version"), max_length=60)
    title = models.CharField(_("title"), max_length=300)
    source = models.CharField(_("source"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=20)
    document_id = models.CharField(_("identifier of the document"), max_length=60, blank=True)
    format_version = models.CharField(_("version of the format"), max_length=20, blank=True)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    control_count = models.PositiveIntegerField(_("controls"))
    skipped = models.JSONField(_("skipped"), default=list)
    imported_at = models.DateTimeField(_("imported"))
    file_name = models.CharField(_("file"), max_length=200, blank=True)
    stored_name = models.CharField(max_length=100, editable=False, blank=True)
    """Where the OSCAL catalog is kept that it came as, or that its profile stands for. Profiles select from it."""

    class Meta(LifecycleModel.Meta):
        verbose_name = _("control catalogue")
        verbose_name_plural = _("control catalogues")
        triggers = lifecycle_triggers(CATALOGUE)
        indexes: ClassVar = [models.Index(fields=["key", "-imported_at"], name="catalogue_newest")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["key", "version"], name="catalogue_version_once")]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"


WORDS = SearchVector("label", "title", "statement", "guidance", config="english")
"""What a search for words looks at. The index is over exactly this."""


class ControlGroup(Record):
    """A family of controls; groups nest. `position` orders the whole catalogue as its document does."""

    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="groups")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    oscal_id = models.CharField(_("identifier"), max_length=120)
    title = models.CharField(_("title"), max_length=300)
    overview = models.TextField(_("overview"), blank=True)
    position = models.PositiveIntegerField()
    depth = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("group of controls")
        verbose_name_plural = _("groups of controls")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalogue", "oscal_id"], name="controlgroup_once"),
            models.UniqueConstraint(fields=["catalogue", "position"], name="controlgroup_place"),
        ]

    def __str__(self) -> str:
        return self.title


class Control(Record):
    """One control, with the text of its statement. `props`, `params`, `links` are kept as the document has them."""

    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="controls")
    group = models.ForeignKey(ControlGroup, on_delete=models.PROTECT, related_name="controls")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="enhancements")
    oscal_id = models.CharField(_("identifier"), max_length=120)
    label = models.CharField(_("label"), max_length=60)
    klass = models.CharField(_("class"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=300)
    statement = models.TextField(_("statement"))
    guidance = models.TextField(_("guidance"), blank=True)
    statement_id = models.CharField(_("identifier of the statement"), max_length=120, blank=True)
    props = models.JSONField(default=list)
    params = models.JSONField(default=list)
    links = models.JSONField(default=list)
    position = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("control")
        verbose_name_plural = _("controls")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["catalogue", "oscal_id"], name="control_once"),
            models.UniqueConstraint(fields=["catalogue", "position"], name="control_place"),
        ]
        indexes: ClassVar = [GinIndex(WORDS, name="control_words")]

    def __str__(self) -> str:
        return f"{self.label} {self.title}"

    def prop(self, name: str) -> list[Any]:
        """The values of the property of that name, in the order of the document."""
        return [prop["value"] for prop in self.props if prop.get("name") == name]
