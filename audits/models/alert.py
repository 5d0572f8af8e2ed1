"""Alerts from reported use, what people made of them, and what the watch over it remembers."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.audit import AUDIT_PERMISSION, AuditUserObjectPermission
from audits.states.alerts import ALERT
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class AlertKind(models.TextChoices):
    """What looks unusual."""

    OUT_OF_SCOPE = "out_of_scope", _("No grant covered it")
    LIMIT = "limit", _("Limit reached")
    COUNTRY = "country", _("New country")
    ENVIRONMENT = "environment", _("New environment")
    DORMANT = "dormant", _("Dormant, awake again")
    VOLUME = "volume", _("Volume out of character")
    RHYTHM = "rhythm", _("Use at an unusual hour")


class Alert(LifecycleModel):
    """Something about reported use that a person should look at.

    `occasion` says what it was raised for, and is raised once. `begins_at` and `ends_at` are the time of the use (UTC).
    `facts` are the numbers of its reason (audits.alert_reasons), `score` how rare it was as a power of ten, where that
    was worked out. Neither the partner nor the provider sees any of it.

    `cause` tells what comes again from what is new: while an alert of the same cause waits to be judged, an occasion is
    added to it (AlertRecurrence), `times` counts all of them, and `last_at` is when the last one ended. Empty: each
    occasion is one of its own.
    """

    TABLE = ALERT

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind.choices)
    occasion = models.CharField(max_length=200, unique=True, editable=False)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="alerts")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    release = models.ForeignKey("grants.Release", on_delete=models.PROTECT, null=True, related_name="+")
    use_case = models.CharField(_("use case"), max_length=50, blank=True)
    line = models.ForeignKey("grants.GrantLine", on_delete=models.PROTECT, null=True, related_name="+")
    gateway = models.ForeignKey("accounts.Gateway", on_delete=models.PROTECT, null=True, related_name="+")
    begins_at = models.DateTimeField(_("use from"))
    ends_at = models.DateTimeField(_("use until"))
    facts = models.JSONField(default=dict)
    score = models.FloatField(_("surprise"), null=True)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    judged_at = models.DateTimeField(_("judged"), null=True)
    incident = models.ForeignKey("audits.Incident", on_delete=models.PROTECT, null=True, related_name="alerts")
    cause = models.CharField(max_length=64, blank=True, db_default="", default="", editable=False)
    times = models.PositiveIntegerField(_("times"), default=1, db_default=1)
    last_at = models.DateTimeField(_("last seen"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        triggers = lifecycle_triggers(ALERT)
        indexes: ClassVar = [
            models.Index(fields=["-raised_at", "-id"], name="alert_newest"),
            models.Index(fields=["authority", "-raised_at", "-id"], name="alert_desk"),
            models.Index(fields=["institution", "-raised_at"], name="alert_institution"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["cause"],
                condition=models.Q(state__in=["raised", "in_question"]) & ~models.Q(cause=""),
                name="alert_waits_once",
            ),
            models.CheckConstraint(condition=models.Q(ends_at__gte=models.F("begins_at")), name="alert_times"),
            models.CheckConstraint(
                condition=models.Q(state="raised", judged_at=None)
                | (~models.Q(state="raised") & models.Q(judged_at__isnull=False)),
                name="alert_judged_with_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="incident", incident__isnull=False)
                | (~models.Q(state="incident") & models.Q(incident=None)),
                name="alert_incident_of_its_own",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.get_kind_display()}"

    def get_absolute_url(self) -> str:
        """Its page on the desk."""
        return reverse("admin:audits_alert_change", args=[self.pk])

    @cached_property
    def auditor_ids(self) -> frozenset[UUID]:
        """Accounts of auditors who have an audit of the partner. One query, once for each object."""
        rows = AuditUserObjectPermission.objects.filter(
            content_object__institution_id=self.institution_id, permission__codename=AUDIT_PERMISSION
        )
        return frozenset(rows.values_list("user_id", flat=True))


class AlertRecurrence(Record):
    """An occasion of an alert that waited already: the same cause once more. Each is added once."""

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="recurrences")
    occasion = models.CharField(max_length=200, unique=True, editable=False)
    begins_at = models.DateTimeField(_("use from"))
    ends_at = models.DateTimeField(_("use until"))
    facts = models.JSONField(default=dict)
    added_at = models.DateTimeField(_("added"), default=clock.now)

    class Meta:
        verbose_name = _("recurrence of an alert")
        verbose_name_plural = _("recurrences of alerts")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["alert", "-begins_at"], name="alertrecurrence_in_turn")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.begins_at:%Y-%m-%d}"


class AlertVerdict(Record):
    """What a person made of an alert. A later verdict stands beside the earlier one."""

    class Verdict(models.TextChoices):
        NOTHING = "nothing", _("Nothing")
        QUESTION = "question", _("Question")
        INCIDENT = "incident", _("Incident")

    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="verdicts")
    verdict = models.CharField(_("verdict"), max_length=10, choices=Verdict.choices)
    note = models.TextField(_("why"), max_length=2000)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(_("given"), default=clock.now)

    class Meta:
        verbose_name = _("verdict on an alert")
        verbose_name_plural = _("verdicts on alerts")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["alert", "given_at"], name="alertverdict_in_turn")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["alert", "verdict"], name="alertverdict_once")]

    def __str__(self) -> str:
        return f"{self.alert_id} {self.verdict}"


class UseWatch(models.Model):
    """How far an institution's use is judged: `through` is the first hour that is not. Its lock orders the sweeps."""

    institution = models.OneToOneField("partners.Institution", on_delete=models.PROTECT, primary_key=True)
    through = models.DateTimeField(_("judged until"))

    class Meta:
        verbose_name = _("watch over use")
        verbose_name_plural = _("watches over use")

    def __str__(self) -> str:
        return f"{self.institution_id} {self.through:%Y-%m-%d %H}h"


class WatchedSeries(models.Model):
    """What is remembered of one series of hours, some two kilobytes (audits.detection.watch); `last` had use."""

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    release = models.ForeignKey("grants.Release", on_delete=models.PROTECT, related_name="+", db_index=False)
    use_case = models.CharField(max_length=50)
    last = models.DateTimeField(_("last hour with use"))
    state = models.BinaryField()

    class Meta:
        verbose_name = _("watched series")
        verbose_name_plural = _("watched series")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "release", "use_case"], name="watchedseries_once")
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.release_id} {self.use_case}"


class KnownPlace(models.Model):
    """A country, environment or gateway from which an institution's use came, and when first and last."""

    class Kind(models.TextChoices):
        COUNTRY = "country", _("Country")
        ENVIRONMENT = "environment", _("Environment")
        GATEWAY = "gateway", _("Gateway")

    id = models.BigAutoField(primary_key=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    value = models.CharField(max_length=80)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = _("known place of use")
        verbose_name_plural = _("known places of use")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "kind", "value"], name="knownplace_once")
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.kind} {self.value}"
