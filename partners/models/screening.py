"""Lists of names in the versions in which they were loaded, what was compared with them, and what was found."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from partners.models.institution import Institution
from partners.states.screening import HIT, NAME_LIST
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers

KINDS = [("person", _("Person")), ("organisation", _("Organisation")), ("entity", _("Person or organisation"))]


class NameList(LifecycleModel):
    """One load of a list by an authority. A newer load has the same `slug` and the next `number`; both are kept.

    `frequent` is what its frequent words count (rules.screening.scoring), `common_keys` the keys of so many of its
    names that they are not asked for alone. `skipped` has the first rows that were left out, with the reason of each.
    """

    TABLE = NAME_LIST
    SETTLED = True

    class Format(models.TextChoices):
        CSV = "csv", _("CSV with a header")
        FTM = "ftm", _("FollowTheMoney entities, one JSON object a line")

    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="name_lists")
    slug = models.SlugField(_("short name"), max_length=50)
    number = models.PositiveIntegerField(_("version"))
    title = models.CharField(_("title"), max_length=200)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    format = models.CharField(_("format"), max_length=3, choices=Format.choices)
    file_name = models.CharField(_("file"), max_length=200)
    stored_name = models.CharField(max_length=100, editable=False, blank=True)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    loaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    loaded_at = models.DateTimeField(_("loaded"), default=clock.now)
    finished_at = models.DateTimeField(_("in use since"), null=True)
    entities = models.PositiveIntegerField(_("people and organisations"), default=0)
    names = models.PositiveIntegerField(_("names"), default=0)
    left_out = models.PositiveIntegerField(_("rows left out"), default=0)
    skipped = models.JSONField(_("rows left out, with the reason"), default=list)
    frequent = models.JSONField(default=dict, editable=False)
    common_keys = models.JSONField(default=list, editable=False)
    reason = models.TextField(_("reason"), blank=True, max_length=1000)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("list of names")
        verbose_name_plural = _("lists of names")
        triggers = lifecycle_triggers(NAME_LIST)
        indexes: ClassVar = [models.Index(fields=["authority", "-loaded_at"], name="namelist_authority")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["authority", "slug", "number"], name="namelist_version_once"),
            models.UniqueConstraint(
                fields=["authority", "slug"], condition=models.Q(state="current"), name="namelist_one_current"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["failed", "retired"]) | ~models.Q(reason=""),
                name="namelist_ended_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"

    def get_absolute_url(self) -> str:
        """Its page at the desk."""
        return reverse("admin:partners_namelist_change", args=[self.pk])


class ListedEntity(Record):
    """One person or organisation of a list, as it stands there. `digest` tells whether a newer load says otherwise."""

    name_list = models.ForeignKey(NameList, on_delete=models.PROTECT, related_name="entity_rows")
    ref = models.CharField(_("reference in the list"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=KINDS)
    caption = models.CharField(_("name"), max_length=300)
    facts = models.JSONField(_("what the list says"))
    digest = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("listed person or organisation")
        verbose_name_plural = _("listed people and organisations")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["name_list", "ref"], name="listedentity_once")]

    def __str__(self) -> str:
        return self.caption


class ListedName(Record):
    """One name of an entity, with the keys by which it is found. `text` is its compared form; `weak`: worth little."""

    name_list = models.ForeignKey(NameList, on_delete=models.PROTECT, related_name="+", db_index=False)
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, related_name="name_rows")
    text = models.CharField(max_length=400)
    shown = models.CharField(_("name"), max_length=300)
    weak = models.BooleanField(default=False)
    keys = ArrayField(models.CharField(max_length=40))

    class Meta:
        verbose_name = _("listed name")
        verbose_name_plural = _("listed names")
        triggers = append_only()
        indexes: ClassVar = [GinIndex(fields=["keys"], name="listedname_keys")]

    def __str__(self) -> str:
        return self.shown


class ScreeningRun(Record):
    """That the names of a case, in a revision, were compared with a list: `names` of them, `hits` of which resembled.

    Without a list it was the scheme's own removals. `subjects` is the digest of what was compared.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="screening_runs")
    name_list = models.ForeignKey(NameList, on_delete=models.PROTECT, null=True, related_name="runs")
    revision = models.PositiveSmallIntegerField(_("revision"))
    subjects = models.CharField(max_length=64)
    rulebook = models.CharField(_("rulebook version"), max_length=20)
    names = models.PositiveIntegerField(_("names compared"))
    hits = models.PositiveIntegerField(_("resemblances"))
    at = models.DateTimeField(_("compared"), default=clock.now)

    class Meta:
        verbose_name = _("comparison with a list")
        verbose_name_plural = _("comparisons with lists")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["application", "-at"], name="screeningrun_newest")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.at}"


class Hit(LifecycleModel):
    """A name of an institution that resembles one on a list, or of somebody whom the scheme removed.

    `declared` and `listed` are both sides as they were when it was found, `reasons` what agrees and what differs.
    `pair` is the digest of both sides: the same pair is found once, and stays as it was decided until a side changes.
    """

    TABLE = HIT

    class Kind(models.TextChoices):
        LIST = "list", _("On a list")
        BLOCKLIST = "blocklist", _("Removed from the scheme")

    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="hits")
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="hits")
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey(ListedEntity, on_delete=models.PROTECT, null=True, related_name="hits")
    pair = models.CharField(max_length=64)
    score = models.PositiveSmallIntegerField(_("score"))
    declared = models.JSONField(_("what was declared"))
    listed = models.JSONField(_("what the list says"))
    reasons = models.JSONField(_("what agrees and what differs"))
    found_at = models.DateTimeField(_("found"), default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("looked at"), null=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("resemblance")
        verbose_name_plural = _("resemblances")
        triggers = lifecycle_triggers(HIT)
        indexes: ClassVar = [
            models.Index(fields=["institution", "authority"], name="hit_institution"),
            models.Index(fields=["authority", "state", "-found_at"], name="hit_authority"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "authority", "pair"], name="hit_pair_once"),
            models.CheckConstraint(
                condition=models.Q(state="open", decided_at__isnull=True, decided_by__isnull=True)
                | ~models.Q(state="open")
                & models.Q(decided_at__isnull=False, decided_by__isnull=False)
                & ~models.Q(reason=""),
                name="hit_decided_with_reason",
            ),
            models.CheckConstraint(condition=models.Q(score__lte=100), name="hit_score_of_hundred"),
        ]

    def __str__(self) -> str:
        return f"{self.declared['name']} ~ {self.listed['name']}"

    @property
    def institution_name(self) -> str:
        return self.institution.name

    @property
    def agrees(self) -> list[Any]:
        """Reasons that speak for it."""
        return [item for item in self.reasons if item["agrees"]]
