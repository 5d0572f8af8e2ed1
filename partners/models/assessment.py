"""What reviewers do with a case: conflicts declared, sections assessed, questions asked, a recommendation filed."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application, Revision
from partners.states.query import QUERY
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class ByPerson(Record):
    """Something a person of a body said about an application at a moment; never changed."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="%(class)s_rows")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        abstract = True


class ConflictDeclaration(ByPerson):
    """A person said whether they have a conflict of interest. One with a conflict no longer sees the case."""

    conflict = models.BooleanField(_("has a conflict of interest"))
    detail = models.TextField(_("what it is"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("declaration on conflicts of interest")
        verbose_name_plural = _("declarations on conflicts of interest")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["application", "by"], name="conflict_person")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(conflict=False) | ~models.Q(detail=""), name="conflict_says_what")
        ]

    def __str__(self) -> str:
        return f"{self.by}: {self.conflict}"


class SectionAssessment(ByPerson):
    """A reviewer's judgement of one section of one revision. The newest of each reviewer counts.

    It is outdated once the section's digest in the newest revision differs from `section_digest`.
    """

    class Outcome(models.TextChoices):
        MET = "met", _("Met")
        PARTLY = "partly", _("Partly met")
        NOT_MET = "not_met", _("Not met")
        NOT_APPLICABLE = "not_applicable", _("Not applicable")

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="assessments")
    section = models.CharField(_("section"), max_length=50)
    section_digest = models.CharField(max_length=64)
    outcome = models.CharField(_("assessment"), max_length=16, choices=Outcome.choices)
    note = models.TextField(_("note for colleagues"), blank=True, max_length=4000)

    class Meta:
        verbose_name = _("assessment of a section")
        verbose_name_plural = _("assessments of sections")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["application", "section", "-at"], name="assessment_section")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(outcome__in=["met", "not_applicable"]) | ~models.Q(note=""),
                name="assessment_says_why",
            )
        ]

    def __str__(self) -> str:
        return f"{self.section}: {self.outcome}"


class Recommendation(ByPerson):
    """What a reviewer recommends to the signatories, on one revision."""

    class Outcome(models.TextChoices):
        APPROVE = "approve", _("Qualify")
        DECLINE = "decline", _("Decline")

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="recommendations")
    outcome = models.CharField(_("recommendation"), max_length=8, choices=Outcome.choices)
    text = models.TextField(_("reasons"), max_length=4000)

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["application", "-at"], name="recommendation_newest")]
        constraints: ClassVar = [models.CheckConstraint(condition=~models.Q(text=""), name="recommendation_says_why")]

    def __str__(self) -> str:
        return self.get_outcome_display()


class Query(LifecycleModel):
    """A question to the institution about one section. While it is open, that section can be changed."""

    TABLE = QUERY

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="queries")
    section = models.CharField(_("section"), max_length=50)
    text = models.TextField(_("question"), max_length=4000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_body = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    asked_on = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField(_("due"))
    chased = models.PositiveSmallIntegerField(default=0, editable=False)
    chase_on = models.DateField(null=True, blank=True, editable=False)
    answer = models.TextField(_("answer"), blank=True, max_length=4000)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answered_in = models.ForeignKey(Revision, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta(LifecycleModel.Meta):
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        triggers = lifecycle_triggers(QUERY)
        indexes: ClassVar = [
            models.Index(fields=["application", "state"], name="query_application"),
            models.Index(fields=["due_on"], condition=models.Q(state="open"), name="query_due"),
            models.Index(fields=["chase_on"], condition=models.Q(state="open"), name="query_chase"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state__in=["answered", "closed"])
                | models.Q(answered_at__isnull=False, answered_by__isnull=False, answered_in__isnull=False),
                name="query_answered_by_someone",
            )
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def institution_id(self) -> object:
        return self.application.institution_id
