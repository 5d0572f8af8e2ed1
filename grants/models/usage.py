"""What gateways report: windows of use, never content; and what is counted from them.

Ids of other objects stand here without constraints in the database. They were found by a join in the transaction that
wrote them, none of those rows is ever deleted, and checking them again would lock the partner's rows for each window.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.core.append_only import append_only


def _of(to: str, **options: Any) -> Any:
    return models.ForeignKey(
        to, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+", **options
    )


class Scope(models.TextChoices):
    """Whether a grant covered the use when it began."""

    COVERED = "covered", _("Covered")
    NO_LINE = "no_line", _("No line covers it")
    NOT_BEGUN = "not_begun", _("Before the grant was in force")
    ENDED = "ended", _("After the end")
    ON_HOLD = "on_hold", _("On hold")


class What(models.Model):
    """What was used by whom. `environment` is None where the partner has none of the key that was reported."""

    provider = _of("accounts.Organisation")
    institution = _of("partners.Institution")
    release = _of("grants.Release")
    environment = _of("grants.Environment", null=True)
    environment_key = models.CharField(_("environment as reported"), max_length=80)
    use_case = models.CharField(_("use case"), max_length=50)
    data_class = models.CharField(_("data class"), max_length=50)
    line = _of("grants.GrantLine", null=True)

    class Meta:
        abstract = True


class UsageWindow(What):
    """Use from `started_at` to `ended_at`, as a gateway reported it once under `event_id`.

    The table is partitioned by the month (UTC) of `started_at` (grants.partitions). Its key in the database is
    (gateway, event_id, started_at); `id` only orders the rows that a gateway sent. `digest` tells the same report sent
    again from another one with its id. `seats` is the most people at once, `denied` attempts that the gateway refused.
    """

    id = models.BigAutoField(primary_key=True)
    gateway = _of("accounts.Gateway")
    event_id = models.CharField(_("event"), max_length=120)
    digest = models.BigIntegerField()
    person_id = models.UUIDField(_("account"), null=True)
    workload = models.CharField(_("workload"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("began"))
    ended_at = models.DateTimeField(_("ended"))
    requests = models.PositiveBigIntegerField(_("requests"))
    tokens_in = models.PositiveBigIntegerField(_("tokens in"))
    tokens_out = models.PositiveBigIntegerField(_("tokens out"))
    seats = models.PositiveIntegerField(_("people at once"))
    denied = models.PositiveBigIntegerField(_("denied attempts"))
    country = models.CharField(_("country"), max_length=2, blank=True)
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices)
    received_at = models.DateTimeField(_("received"))

    class Meta:
        verbose_name = _("window of use")
        verbose_name_plural = _("windows of use")
        triggers = append_only()
        indexes: ClassVar = [
            models.Index(fields=["institution", "-started_at", "-id"], name="window_institution"),
            models.Index(fields=["provider", "-started_at", "-id"], name="window_provider"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "event_id", "started_at"], name="window_once"),
            models.CheckConstraint(condition=models.Q(ended_at__gte=models.F("started_at")), name="window_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out


class Sums(What):
    """Sums of the windows of one gateway that began in one stretch of time, by what was used. Made anew as a whole."""

    id = models.BigAutoField(primary_key=True)
    gateway = _of("accounts.Gateway")
    scope = models.CharField(_("scope"), max_length=10, choices=Scope.choices)
    windows = models.PositiveBigIntegerField(_("windows"))
    requests = models.PositiveBigIntegerField(_("requests"))
    tokens_in = models.PositiveBigIntegerField(_("tokens in"))
    tokens_out = models.PositiveBigIntegerField(_("tokens out"))
    seats = models.PositiveIntegerField(_("people at once"))
    denied = models.PositiveBigIntegerField(_("denied attempts"))

    class Meta:
        abstract = True


class UsageHour(Sums):
    """Use in one hour (UTC)."""

    hour = models.DateTimeField(_("hour"))

    class Meta:
        verbose_name = _("use in an hour")
        verbose_name_plural = _("use by the hour")
        indexes: ClassVar = [
            models.Index(fields=["gateway", "hour"], name="usagehour_gateway"),
            models.Index(fields=["institution", "hour"], name="usagehour_institution"),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H}h {self.requests}"


class UsageDay(Sums):
    """Use on one day (UTC)."""

    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("use on a day")
        verbose_name_plural = _("use by the day")
        indexes: ClassVar = [
            models.Index(fields=["gateway", "day"], name="usageday_gateway"),
            models.Index(fields=["institution", "day"], name="usageday_institution"),
            models.Index(fields=["provider", "day"], name="usageday_provider"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.requests}"


class UsageBucket(models.Model):
    """How far one gateway's hour or day is rolled up: due where `changed`, raised by each report, is above `rolled`."""

    class Grain(models.TextChoices):
        HOUR = "hour", _("Hour")
        DAY = "day", _("Day")

    id = models.BigAutoField(primary_key=True)
    gateway = _of("accounts.Gateway")
    grain = models.CharField(max_length=4, choices=Grain.choices)
    begins_at = models.DateTimeField(_("begins"))
    changed = models.PositiveBigIntegerField(default=1)
    rolled = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("stretch of use to be rolled up")
        verbose_name_plural = _("stretches of use to be rolled up")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "grain", "begins_at"], name="usagebucket_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["grain", "id"], condition=models.Q(changed__gt=models.F("rolled")), name="bucket_due")
        ]

    def __str__(self) -> str:
        return f"{self.grain} {self.begins_at:%Y-%m-%d %H}h {self.rolled}/{self.changed}"


class LineDay(models.Model):
    """What was used under one line on one day (UTC), counted as it is reported. The gate and the grant's page read it.

    `warned_at` and `reached_at` say when the parties were told that most, or all, of a limit is used.
    """

    id = models.BigAutoField(primary_key=True)
    line = _of("grants.GrantLine")
    day = models.DateField(_("day"))
    windows = models.PositiveBigIntegerField(_("windows"), default=0)
    requests = models.PositiveBigIntegerField(_("requests"), default=0)
    tokens = models.PositiveBigIntegerField(_("tokens"), default=0)
    seats = models.PositiveIntegerField(_("people at once"), default=0)
    denied = models.PositiveBigIntegerField(_("denied attempts"), default=0)
    warned_at = models.DateTimeField(_("warned"), null=True)
    reached_at = models.DateTimeField(_("limit reached"), null=True)

    class Meta:
        verbose_name = _("use of a line on a day")
        verbose_name_plural = _("use of lines by the day")
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "day"], name="lineday_once")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.day}"


class UsageAlert(What):
    """Use that no grant covered when it began: one row for each kind, key and day, counting up."""

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Scope.choices)
    day = models.DateField(_("day"))
    windows = models.PositiveBigIntegerField(_("windows"))
    requests = models.PositiveBigIntegerField(_("requests"))
    denied = models.PositiveBigIntegerField(_("denied attempts"))
    first_at = models.DateTimeField(_("first told"), default=clock.now)
    last_at = models.DateTimeField(_("last told"), default=clock.now)

    class Meta:
        verbose_name = _("alert from use")
        verbose_name_plural = _("alerts from use")
        indexes: ClassVar = [
            models.Index(fields=["-last_at", "-id"], name="usagealert_newest"),
            models.Index(fields=["institution", "-last_at"], name="usagealert_institution"),
            models.Index(fields=["provider", "-last_at"], name="usagealert_provider"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day", "institution", "release", "environment_key", "use_case", "data_class", "kind"],
                name="usagealert_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.requests}"


class UsageIntake(models.Model):
    """How many events of one gateway were taken or not on one day (UTC), by what became of them."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("Accepted")
        LATE = "late", _("Accepted late")
        DUPLICATE = "duplicate", _("Sent again")
        REJECTED = "rejected", _("Rejected")

    id = models.BigAutoField(primary_key=True)
    gateway = _of("accounts.Gateway")
    day = models.DateField(_("day"))
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    code = models.CharField(_("code"), max_length=40, blank=True)
    count = models.PositiveBigIntegerField(_("events"))

    class Meta:
        verbose_name = _("events taken in")
        verbose_name_plural = _("events taken in")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["gateway", "day", "outcome", "code"], name="usageintake_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.outcome} {self.code} {self.count}"
