"""Audits: inspections of what a partner promised, the checklist of controls, and who works on them."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from audits.models.catalogue import Catalogue, Control
from audits.states import AUDIT
from portal.ledger.models import Event
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers

WORK = ("audit.begin", "audit.send_report")
"""Deeds of auditors that leave no row of their own."""
AUDIT_PERMISSION = "audit_institution"
"""The object permission that makes somebody an auditor of one audit."""


class Audit(LifecycleModel):
    """One inspection of one institution.

    `number` counts the periodic audits of an institution from 1, so that none is planned twice. `why` says
    how its day came about: a reason's slug and the facts, cited under `rulebook`. `falls_on` is the day that the
    rules gave when it was planned last; another day since means that the risk has changed. `announce_on` is the last
    day on which the partner can be told in time; an unannounced audit has none, and the partner learns of it when it
    begins. `draw_at` is the time whose root of the record draws its sample; `sample_size` how many controls; a
    follow-up has neither, for it looks at what the audit that it `follows` found.
    """

    TABLE = AUDIT

    class Kind(models.TextChoices):
        PERIODIC = "periodic", _("Periodic")
        FOLLOW_UP = "follow_up", _("Follow-up")
        CAUSE = "cause", _("For cause")

    class Mode(models.TextChoices):
        DESK = "desk", _("By desk")
        VISIT = "visit", _("By visit")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="audits")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.PERIODIC)
    number = models.PositiveIntegerField(_("number"), null=True)
    mode = models.CharField(_("mode"), max_length=8, choices=Mode.choices, default=Mode.DESK)
    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, null=True, related_name="audits")
    tier = models.CharField(_("risk tier"), max_length=12)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    planned_for = models.DateField(_("planned for"))
    why = models.JSONField(_("why this day"))
    planned_at = models.DateTimeField(_("planned"))
    falls_on = models.DateField(_("day by the rules"), null=True)
    announced = models.BooleanField(_("announced"), default=True)
    announce_on = models.DateField(_("to be announced by"), null=True)
    sample_size = models.PositiveIntegerField(_("controls drawn"), default=0)
    draw_at = models.DateTimeField(_("sample drawn at"), null=True)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="follow_ups")
    notified_at = models.DateTimeField(_("announced"), null=True)
    began_at = models.DateTimeField(_("fieldwork began"), null=True)
    summary = models.TextField(_("report"), blank=True)
    drafted_at = models.DateTimeField(_("report drafted"), null=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("report sent"), null=True)
    response_due = models.DateField(_("response due"), null=True)
    response = models.TextField(_("response"), blank=True)
    responded_at = models.DateTimeField(_("responded"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_reason = models.TextField(_("why cancelled"), blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("audit")
        verbose_name_plural = _("audits")
        triggers = lifecycle_triggers(AUDIT)
        permissions: ClassVar = [(AUDIT_PERMISSION, "Can audit this institution")]
        indexes: ClassVar = [
            models.Index(fields=["state", "planned_for"], name="audit_due"),
            models.Index(fields=["authority", "state", "planned_for"], name="audit_desk"),
            models.Index(fields=["institution", "-planned_for"], name="audit_of_institution"),
            models.Index(fields=["state", "announce_on"], name="audit_to_announce"),
            models.Index(fields=["state", "draw_at"], name="audit_to_draw"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution", "number"], condition=models.Q(kind="periodic"), name="audit_number_once"
            ),
            models.UniqueConstraint(
                fields=["institution"],
                condition=models.Q(kind="periodic") & ~models.Q(state__in=["closed", "cancelled"]),
                name="audit_one_periodic_open",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="periodic", number__gte=1) | ~models.Q(kind="periodic") & models.Q(number=None),
                name="audit_periodic_has_number",
            ),
            models.UniqueConstraint(fields=["follows"], name="audit_followed_once"),
            models.CheckConstraint(
                condition=models.Q(follows=None) | models.Q(kind="follow_up"), name="audit_follow_up_follows"
            ),
            models.CheckConstraint(
                condition=models.Q(announced=True) | models.Q(announce_on=None, notified_at=None),
                name="audit_unannounced_not_told",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="closed") | models.Q(closed_at__isnull=False, closed_by__isnull=False),
                name="audit_closed_by_someone",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="cancelled") | ~models.Q(cancelled_reason=""), name="audit_cancelled_why"
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:audit", args=[self.pk])

    @property
    def is_told(self) -> bool:
        """Whether the partner knows of it: it was announced, or it has begun. Before that it must not learn of it."""
        return self.notified_at is not None or self.began_at is not None

    @cached_property
    def assigned_ids(self) -> frozenset[UUID]:
        """Accounts of the auditors assigned. One query, once for each object."""
        rows = AuditUserObjectPermission.objects.filter(content_object=self, permission__codename=AUDIT_PERMISSION)
        return frozenset(rows.values_list("user_id", flat=True))

    @property
    def worker_ids(self) -> frozenset[UUID | None]:
        """Accounts of all who worked on it, whoever is assigned now: what they recorded stays theirs. Two queries."""
        tested = CheckResult.objects.filter(subject__audit=self).order_by().values_list("recorded_by_id")
        found = self.findings.order_by().values_list("recorded_by_id")
        began = Event.objects.filter(entry__object_id=self.pk, entry__verb__in=WORK).order_by().values_list("actor_id")
        return self.assigned_ids | {self.drafted_by_id, *(user for (user,) in tested.union(found, began))}


class AuditUserObjectPermission(UserObjectPermissionBase):
    """Who may work on which audit: the direct form, so that the database keeps it whole."""

    content_object = models.ForeignKey(Audit, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        verbose_name = _("assignment to an audit")
        verbose_name_plural = _("assignments to audits")


class Result(models.TextChoices):
    """What the test of a control showed."""

    MET = "met", _("Met")
    PARTLY = "partly", _("Partly met")
    NOT_MET = "not_met", _("Not met")
    NOT_APPLICABLE = "not_applicable", _("Not applicable")


class Check(Record):
    """One control on an audit's checklist, with its latest result. Every result stays, as a CheckResult."""

    audit = models.ForeignKey(Audit, on_delete=models.PROTECT, related_name="checks")
    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="checks")
    position = models.PositiveIntegerField()
    result = models.CharField(_("result"), max_length=16, choices=Result.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("control on a checklist")
        verbose_name_plural = _("controls on checklists")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["audit", "control"], name="check_once"),
            models.UniqueConstraint(fields=["audit", "position"], name="check_place"),
        ]

    def __str__(self) -> str:
        return f"{self.audit_id} {self.control_id}"


class CheckResult(Record):
    """A result as it was recorded: by whom, when, and in place of which version. Never changed."""

    subject = models.ForeignKey(Check, on_delete=models.PROTECT, related_name="results")
    version = models.PositiveIntegerField()
    result = models.CharField(_("result"), max_length=16, choices=Result.choices)
    note = models.TextField(_("note"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("result of a control")
        verbose_name_plural = _("results of controls")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["subject", "version"], name="checkresult_once")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.result}"
