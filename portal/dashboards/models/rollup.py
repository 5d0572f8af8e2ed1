"""Rollups: in which periods things were counted as what, and sums of that by days, months and years."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

HAPPENED = models.Q(month__isnull=False)
"""Spells of what happened; all others tell what stood in between."""
ENDS = Coalesce("until", models.Func(template="'infinity'::timestamptz", output_field=models.DateTimeField()))
"""When a spell ends, which is never where nothing is known to end it."""


class Spell(models.Model):
    """A period in which something was counted in one group and column of a measure (docs/rollups.md has them all).

    `subject_id` is what the record tells of: when it tells something new, the subject's spells are made anew.
    `until` is empty while nothing ends it, and may lie in the future: the last day of a line, the day on which
    something becomes late. Something that happened has its `month` (the first day), and is counted for that month from
    `since` on, as whatever was known of it then; `units` is how long it took, where that is counted.

    `tier` is the partner's risk tier at that time; empty where it was not qualified. `reach` says in which views it is
    counted: 1 the whole scheme, 2 its provider's, 4 its release's, or sums of these.
    """

    measure = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("until"), null=True)
    month = models.DateField(_("month"), null=True)
    in_group = models.CharField(max_length=120)
    in_column = models.CharField(max_length=80)
    jurisdiction = models.CharField(_("country of the partner"), max_length=2)
    tier = models.CharField(_("risk tier"), max_length=12)
    provider_id = models.UUIDField(null=True)
    release_id = models.UUIDField(null=True)
    reach = models.PositiveSmallIntegerField()
    units = models.IntegerField(default=0)

    class Meta:
        verbose_name = _("spell")
        verbose_name_plural = _("spells")
        indexes: ClassVar = [
            models.Index(fields=["measure", "subject_id"], name="spell_of_subject"),
            models.Index(fields=["measure", "-since"], condition=HAPPENED, name="spell_newest"),
            models.Index(fields=["measure", "in_group", "month", "-since"], condition=HAPPENED, name="spell_of_month"),
            models.Index("measure", ENDS, condition=~HAPPENED, name="spell_stands"),
            models.Index(
                fields=["since"], condition=models.Q(measure="incidents_open"), name="spell_begins_by_the_hour"
            ),
            models.Index(fields=["until"], condition=models.Q(measure="incidents_open"), name="spell_ends_by_the_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.subject_id}: {self.in_group} {self.in_column}"


class Tally(models.Model):
    """How many more spells began than ended in a year, a month, five days or on a day (UTC), in one view of the scheme.

    What stands at the end of a day is the sum over the years before, the months before in its year, the fives of days
    before in its month (from the 1st, 6th, 11th, 16th, 21st and 26th, the last as long as the month is) and the days of
    its own up to it: two dozen rows at most, however much there is. Rows are only ever added to, so that the order in
    which they are does not matter.

    `narrow` is a provider's or release's id, or zero for all; `jurisdiction` and `tier` are `*` for all (days are
    not kept for all tiers).
    """

    class Grain(models.TextChoices):
        YEAR = "y", _("Year")
        MONTH = "m", _("Month")
        FIVE_DAYS = "f", _("Five days")
        DAY = "d", _("Day")

    narrow = models.UUIDField()
    jurisdiction = models.CharField(max_length=2)
    tier = models.CharField(max_length=12)
    measure = models.CharField(max_length=30)
    grain = models.CharField(max_length=1, choices=Grain.choices)
    day = models.DateField(_("first day"))
    month = models.DateField(_("month"), null=True)
    in_group = models.CharField(max_length=120)
    in_column = models.CharField(max_length=80)
    units = models.IntegerField()
    change = models.IntegerField(_("change"))

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=[
                    "narrow",
                    "jurisdiction",
                    "tier",
                    "measure",
                    "grain",
                    "day",
                    "month",
                    "in_group",
                    "in_column",
                    "units",
                ],
                nulls_distinct=False,
                name="tally_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.day} {self.grain}: {self.change}"


class Cursor(models.Model):
    """Up to which entry of the record the rollups are kept. One row; its lock lets one worker at a time go on.

    `made_by` is by which text each source's spells were made: `{name: {"text": SHA-256, "measures": [...]}}`.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(_("kept up to"), default=0)
    made_by = models.JSONField(_("made by"), default=dict)

    class Meta:
        verbose_name = _("cursor of the rollups")
        verbose_name_plural = _("cursors of the rollups")
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(id=1), name="cursor_is_one_row")]

    def __str__(self) -> str:
        return str(self.seq)
