"""Crosswalks: which control of one catalogue says what of another, so that one answer serves several."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.states import CROSSWALK
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Crosswalk(LifecycleModel):
    """Links from the controls of one catalogue to those of another.

    Both are named by their key, so that links hold for later versions: controls keep their identifiers over them.
    """

    TABLE = CROSSWALK
    SETTLED = True

    title = models.CharField(_("title"), max_length=300)
    from_key = models.SlugField(_("from the catalogue"), max_length=60)
    to_key = models.SlugField(_("to the catalogue"), max_length=60)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    digest = models.CharField(_("SHA-256 of the file"), max_length=64)
    link_count = models.PositiveIntegerField(_("links"))
    skipped = models.JSONField(_("skipped"), default=list)
    imported_at = models.DateTimeField(_("imported"))

    class Meta(LifecycleModel.Meta):
        verbose_name = _("crosswalk")
        verbose_name_plural = _("crosswalks")
        triggers = lifecycle_triggers(CROSSWALK)
        indexes: ClassVar = [models.Index(fields=["to_key"], name="crosswalk_to")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["from_key", "to_key", "digest"],
                condition=models.Q(state="current"),
                name="crosswalk_same_file_once",
            ),
            models.CheckConstraint(condition=~models.Q(from_key=models.F("to_key")), name="crosswalk_two_catalogues"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """Its page at the desk."""
        return reverse("admin:audits_crosswalk_change", args=[self.pk])


class Relation(models.TextChoices):
    """How what one control asks for relates to what the other does: set theory, as NIST IR 8477 §4.2 has it."""

    EQUAL = "equal-to", _("asks for the same as")
    SUPERSET = "superset-of", _("asks for all of, and more than,")
    SUBSET = "subset-of", _("asks for a part of")
    INTERSECTS = "intersects-with", _("has something in common with")


class ControlLink(Record):
    """One link. `from_id` and `to_id` are identifiers of controls in the catalogues of the crosswalk."""

    crosswalk = models.ForeignKey(Crosswalk, on_delete=models.PROTECT, related_name="links")
    from_id = models.CharField(_("control"), max_length=120)
    to_id = models.CharField(_("control of the other catalogue"), max_length=120)
    relation = models.CharField(_("relation"), max_length=16, choices=Relation.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("link between controls")
        verbose_name_plural = _("links between controls")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["crosswalk", "to_id"], name="controllink_back")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["crosswalk", "from_id", "to_id"], name="controllink_once")
        ]

    def __str__(self) -> str:
        return f"{self.from_id} {self.relation} {self.to_id}"
