"""Applications, their answers while they are written, and the snapshots that were sent."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from partners.models.institution import Institution
from partners.states.application import APPLICATION
from portal.accounts.models import Organisation
from portal.core import clock
from portal.rulebook.schema.base import RISK_TIERS
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers

REVIEW = "review_application"
"""The object permission of an assigned reviewer."""


class Application(LifecycleModel):
    """A request to be qualified, renewed, or to have a change of circumstances accepted."""

    TABLE = APPLICATION

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Initial")
        RENEWAL = "renewal", _("Renewal")
        CHANGE = "change", _("Change of circumstances")

    class Tier(models.TextChoices):
        STANDARD = "standard", _("Standard")
        ELEVATED = "elevated", _("Elevated")
        HIGH = "high", _("High")

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.INITIAL)
    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="applications")
    authority = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="cases", verbose_name=_("authority")
    )
    rulebook = models.CharField(_("rulebook version"), max_length=20)
    tier = models.CharField(_("tier"), max_length=8, choices=Tier.choices, blank=True)
    tier_reason = models.TextField(_("why this tier"), blank=True)
    answers_version = models.PositiveIntegerField(default=0, editable=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField(_("started"), default=clock.now)
    follows = models.ForeignKey("self", on_delete=models.PROTECT, null=True, editable=False, related_name="followed_by")
    circumstances = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("what changed")
    )
    happened_on = models.DateField(_("changed on"), null=True, blank=True)
    asked_to_sign_at = models.DateTimeField(_("declarations asked for"), null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    screened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    screened_at = models.DateTimeField(_("screened"), null=True, blank=True)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(_("sent to the signatories"), null=True, blank=True)
    handled_by = ArrayField(models.UUIDField(), default=list, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    due_on = models.DateField(_("due"), null=True, blank=True, editable=False)
    refusal_reasons = models.JSONField(_("reasons of refusal"), default=list, blank=True)
    set_aside_at = models.DateTimeField(_("refusal set aside on appeal"), null=True, blank=True, editable=False)
    refusal_note = models.TextField(_("explanation"), blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("application")
        verbose_name_plural = _("applications")
        triggers = lifecycle_triggers(APPLICATION)
        permissions: ClassVar = [(REVIEW, "Can review this application")]
        indexes: ClassVar = [
            models.Index(fields=["authority", "state", "-submitted_at"], name="application_authority"),
            models.Index(fields=["state", "-submitted_at"], name="application_state"),
            models.Index(fields=["-submitted_at", "-id"], name="application_newest"),
            models.Index(fields=["due_on", "-submitted_at", "-id"], name="application_due"),
            models.Index(fields=["institution", "-started_at"], name="application_institution"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["institution"],
                condition=models.Q(state__in=APPLICATION.open_states),
                name="application_one_open",
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="change")
                | (~models.Q(circumstances=[]) & models.Q(happened_on__isnull=False, follows__isnull=False)),
                name="application_change_says_what",
            ),
            models.CheckConstraint(
                condition=models.Q(tier="") | models.Q(tier__in=RISK_TIERS), name="application_tier_known"
            ),
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | models.Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="application_submitted_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(screened_at__isnull=True, screened_by__isnull=True)
                | models.Q(screened_at__isnull=False, screened_by__isnull=False),
                name="application_screened_by_someone",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "withdrawn"]) | models.Q(submitted_at__isnull=False),
                name="application_sent_once_submitted",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["under_review", "awaiting_signatures", "approved", "declined"])
                | models.Q(screened_at__isnull=False),
                name="application_reviewed_once_screened",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["approved", "declined"]) | models.Q(decided_at__isnull=False),
                name="application_decided_with_time",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class ApplicationUserObjectPermission(UserObjectPermissionBase):
    """Which reviewer is assigned to which application: guardian's direct form."""

    content_object = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="reviewer_rows")

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = _("assigned reviewer")
        verbose_name_plural = _("assigned reviewers")


class Answer(Record):
    """One answer as it stands now, right or not. Nobody but the institution reads it before it is sent.

    `version` is the application's counter at the last save. `saved_in` names the page in which it was saved,
    and `before` is what stood there before that page's first save: so a second page, still showing `before`,
    is told apart from one whose writer chose otherwise.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="answers")
    question = models.CharField(_("question"), max_length=50)
    value = models.JSONField(_("answer"), null=True)
    before = models.JSONField(null=True, editable=False)
    version = models.PositiveIntegerField()
    saved_in = models.CharField(max_length=40, blank=True)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(_("saved"))

    class Meta:
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "question"], name="answer_once")]

    def __str__(self) -> str:
        return self.question


class Revision(Record):
    """What was sent, as it was sent: at submission, and again with each answer to a question.

    `sections` maps each section to the digest of its answers and documents; `evidence` lists the documents
    with their hashes. `digest` covers all of it. `authors` are the accounts that wrote what was sent, or sent it: an
    answer that a colleague overwrites later still had its author. `carried` maps each section of a renewal or change
    that is as it was assessed in an earlier application, and need not be assessed anew, to that assessment.
    """

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField(_("number"))
    rulebook = models.CharField(_("rulebook version"), max_length=20)
    answers = models.JSONField(_("answers"))
    evidence = models.JSONField(_("documents"), default=list)
    declarations = models.JSONField(_("declarations"), default=list)
    sections = models.JSONField(_("digests of the sections"))
    carried = models.JSONField(_("sections as they were assessed before"), default=dict)
    digest = models.CharField(_("digest"), max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("sent"))
    authors = ArrayField(models.UUIDField(), default=list, editable=False)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["application", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.application_id} · {self.number}"
