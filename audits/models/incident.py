"""Incidents: what went wrong, what is due about it, and what was written about it on the way."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models.finding import Severity
from audits.states import INCIDENT
from portal.core import clock
from portal.rulebook.places import told_there
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Marking(models.TextChoices):
    """Who may be told: the Traffic Light Protocol, version 2.0 (FIRST, August 2022), from the narrowest audience."""

    RED = "red", _("TLP:RED")
    AMBER_STRICT = "amber_strict", _("TLP:AMBER+STRICT")
    AMBER = "amber", _("TLP:AMBER")
    GREEN = "green", _("TLP:GREEN")
    CLEAR = "clear", _("TLP:CLEAR")


class FollowUp(models.TextChoices):
    """Where the lessons of an incident go when it is closed."""

    FINDING = "finding", _("An auditor makes a finding of them")
    NONE = "none", _("Nothing is left to follow up")


class Incident(LifecycleModel):
    """Something that went wrong at one institution, with what it concerns.

    `harms` are keys of the rulebook's `incidents.harms`; with the places concerned they decide which laws want what by
    when. `techniques` are identifiers of MITRE ATLAS.

    `hold` is the last that was placed because of it. `stopped_at` and `contained_at` are of the first time, and stay.
    """

    TABLE = INCIDENT

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="incidents")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    kind = models.CharField(_("kind"), max_length=50)
    harms = ArrayField(models.CharField(max_length=50), verbose_name=_("harm"), default=list)
    techniques = ArrayField(models.CharField(max_length=20), verbose_name=_("techniques"), default=list)
    marking = models.CharField(_("marking"), max_length=12, choices=Marking.choices, default=Marking.AMBER)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("what happened"))
    occurred_at = models.DateTimeField(_("when it happened"), null=True)
    aware_at = models.DateTimeField(_("when it was noticed"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    grant = models.ForeignKey("grants.Grant", on_delete=models.PROTECT, null=True, related_name="incidents")
    line = models.ForeignKey("grants.GrantLine", on_delete=models.PROTECT, null=True, related_name="incidents")
    release = models.ForeignKey("grants.Release", on_delete=models.PROTECT, null=True, related_name="incidents")
    environment = models.ForeignKey("grants.Environment", on_delete=models.PROTECT, null=True, related_name="incidents")
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    reported_by_body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField(_("reported"))
    triaged_at = models.DateTimeField(_("triaged"), null=True)
    stopped_at = models.DateTimeField(_("access first stopped"), null=True)
    contained_at = models.DateTimeField(_("contained"), null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    resolved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    cause = models.TextField(_("cause"), blank=True)
    lessons = models.TextField(_("lessons"), blank=True)
    follow_up = models.CharField(_("what follows from them"), max_length=10, choices=FollowUp.choices, blank=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")
    merged_at = models.DateTimeField(_("merged"), null=True)
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="incidents")

    class Meta(LifecycleModel.Meta):
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        triggers = lifecycle_triggers(INCIDENT)
        indexes: ClassVar = [
            models.Index(fields=["-reported_at", "severity"], name="incident_over_time"),
            models.Index(fields=["institution", "-reported_at"], name="incident_of_institution"),
            models.Index(fields=["authority", "state", "-reported_at"], name="incident_desk"),
            models.Index(fields=["authority", "-reported_at"], name="incident_of_authority"),
            models.Index(fields=["release", "-reported_at"], name="incident_of_release"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="closed")
                | models.Q(closed_at__isnull=False, closed_by__isnull=False)
                & ~models.Q(closed_by=models.F("resolved_by")),
                name="incident_closed_by_another",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="duplicate") | models.Q(duplicate_of__isnull=False),
                name="incident_duplicate_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(duplicate_of__isnull=True) | ~models.Q(duplicate_of=models.F("id")),
                name="incident_no_duplicate_of_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:incident", args=[self.pk])


class IncidentDeadline(Record):
    """One thing that must reach one recipient: which rule and step, from when the time runs, until when, and if it did.

    `zone` is the time zone whose days were counted. `set_aside` says why a rule does not bind here, where somebody
    found so. `stage`: 0 nothing sent, 1 warned, 2 missed and said so. It rises; another time begins anew.
    """

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="deadlines")
    rule = models.CharField(_("rule"), max_length=50)
    step = models.CharField(_("step"), max_length=50)
    occurrence = models.PositiveSmallIntegerField(_("occurrence"), default=1)
    label = models.CharField(_("what"), max_length=300)
    recipient = models.CharField(_("to"), max_length=50)
    duty = models.CharField(_("filed by"), max_length=12)
    source = models.CharField(_("source"), max_length=300)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    starts_at = models.DateTimeField(_("time runs from"))
    due_at = models.DateTimeField(_("due"))
    zone = models.CharField(_("time zone"), max_length=50, default="UTC")
    met_at = models.DateTimeField(_("filed"), null=True)
    met_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    waived_at = models.DateTimeField(_("no longer due"), null=True)
    set_aside = models.TextField(_("why it is not due"), max_length=2000, blank=True)
    set_aside_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    stage = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("deadline of an incident")
        verbose_name_plural = _("deadlines of incidents")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(met_at=None, waived_at=None, stage__lt=2),
                name="incidentdeadline_running",
            ),
            models.Index(
                fields=["due_at", "id"], condition=models.Q(met_at=None, waived_at=None), name="incidentdeadline_owed"
            ),
            models.Index(fields=["due_at", "id"], condition=models.Q(waived_at=None), name="incidentdeadline_in_turn"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["incident", "rule", "step", "occurrence"], name="incidentdeadline_once"),
            models.CheckConstraint(
                condition=models.Q(due_at__gte=models.F("starts_at")), name="incidentdeadline_order"
            ),
            models.CheckConstraint(
                condition=models.Q(set_aside="", set_aside_by=None)
                | (~models.Q(set_aside="") & models.Q(set_aside_by__isnull=False, waived_at__isnull=False)),
                name="incidentdeadline_set_aside_by",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.rule}.{self.step}"

    @property
    def is_running(self) -> bool:
        return self.met_at is None and self.waived_at is None

    @property
    def is_missed(self) -> bool:
        """Derived from the clock: it is past and nothing was filed."""
        return self.is_running and self.due_at < clock.now()

    @property
    def is_late(self) -> bool:
        """It was filed, after its time."""
        return self.met_at is not None and self.met_at > self.due_at

    @property
    def due_there(self) -> str:
        """When it is due by the clock of the place whose days were counted; empty where that shows UTC."""
        return told_there(self.due_at, self.zone)


class IncidentUpdate(Record):
    """What was written about an incident, in turn. With `deadline` it is what was filed for it. Never changed."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="updates")
    deadline = models.ForeignKey(IncidentDeadline, on_delete=models.PROTECT, null=True, related_name="filed")
    text = models.TextField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("update on an incident")
        verbose_name_plural = _("updates on incidents")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["incident", "written_at"], name="incidentupdate_in_turn")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.written_at}"
