"""Grant requests, their lines, how reviewers judged them, and what was asked in between."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from guardian.models.models import UserObjectPermissionBase

from grants.models.scope import Scope
from grants.states import GRANT_REQUEST
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class GrantRequest(LifecycleModel):
    """An institution asks for lines of scope. `digest` is what signatories sign, set when it is sent to them.

    Where an appeal panel set a decision aside, the portal sends what was refused or narrowed once more, as it was asked
    and declared, in a request that `follows` the one that was decided. `begun_by` and `submitted_by` are then whoever
    wrote and declared it for the institution; the record says that the portal sent it.
    """

    TABLE = GRANT_REQUEST

    has_less: bool
    """Said by `grants.queries.refused`: whether a line was refused or narrowed."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("Initial")
        AMENDMENT = "amendment", _("Amendment")
        RENEWAL = "renewal", _("Renewal")

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.INITIAL)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="grant_requests")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    amends = models.ForeignKey(
        "grants.Grant", on_delete=models.PROTECT, null=True, blank=True, related_name="amendments"
    )
    follows = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="followed_by"
    )
    title = models.CharField(_("title"), max_length=150)
    purpose = models.TextField(_("purpose and evaluation plan"), max_length=6000, blank=True)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    risk_tier = models.CharField(_("risk tier"), max_length=20, default="standard")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField(_("begun"), default=clock.now, editable=False)
    asked_to_sign_at = models.DateTimeField(_("declaration asked for"), null=True, blank=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(_("submitted"), null=True, blank=True)
    officer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    consent_due = models.DateTimeField(_("providers answer by"), null=True, blank=True)
    consent_missed_at = models.DateTimeField(_("deadline of providers missed"), null=True, blank=True, editable=False)
    notice_sent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    sent_at = models.DateTimeField(_("sent to the signatories"), null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    set_aside_at = models.DateTimeField(_("decision set aside on appeal"), null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("grant request")
        verbose_name_plural = _("grant requests")
        triggers = lifecycle_triggers(GRANT_REQUEST)
        permissions: ClassVar = [("assess_grantrequest", "Assess the grant request")]
        indexes: ClassVar = [
            models.Index(fields=["institution", "-id"], name="grantrequest_institution"),
            models.Index(fields=["authority", "state", "-id"], name="grantrequest_queue"),
            models.Index(
                fields=["consent_due"], condition=models.Q(state="awaiting_provider"), name="grantrequest_consent_due"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | models.Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="grantrequest_submitted_when_by",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="awaiting_signatures")
                | (~models.Q(digest="") & models.Q(sent_at__isnull=False)),
                name="grantrequest_signed_on_a_digest",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["granted", "refused"], decided_at__isnull=False)
                | (~models.Q(state__in=["granted", "refused"]) & models.Q(decided_at__isnull=True)),
                name="grantrequest_decided_with_time",
            ),
            models.CheckConstraint(
                condition=models.Q(set_aside_at__isnull=True) | models.Q(decided_at__isnull=False),
                name="grantrequest_set_aside_once_decided",
            ),
            models.UniqueConstraint(fields=["follows"], name="grantrequest_decided_anew_once"),
            models.UniqueConstraint(
                fields=["amends"],
                condition=models.Q(state__in=GRANT_REQUEST.open_states),
                name="grantrequest_one_change_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class GrantRequestUserPermission(UserObjectPermissionBase):
    """Who is assigned to which request (guardian, by direct foreign key)."""

    content_object = models.ForeignKey(GrantRequest, on_delete=models.CASCADE)

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        indexes: ClassVar = [models.Index(fields=["user", "content_object"], name="grantrequest_assigned")]


class RequestLine(Scope):
    """One line as the institution asks for it. Changed only while the request is a draft."""

    request = models.ForeignKey(GrantRequest, on_delete=models.PROTECT, related_name="lines")
    number = models.PositiveSmallIntegerField(_("line"))
    justification = models.TextField(_("why this is needed"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("line asked for")
        verbose_name_plural = _("lines asked for")
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "number"], name="requestline_number_once"),
            models.UniqueConstraint(
                fields=["request", "release", "use_case", "environment", "data_class", "access_route"],
                name="requestline_scope_once",
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="requestline_dates"),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="only_in_drafts",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF EXISTS (
                    SELECT 1 FROM grants_grantrequest
                    WHERE id = COALESCE(NEW.request_id, OLD.request_id) AND state <> 'draft'
                ) THEN
                    RAISE EXCEPTION 'lines change in drafts only';
                END IF;
                RETURN COALESCE(NEW, OLD);
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.request.reference}/{self.number}"


class LineReview(Record):
    """How a reviewer judged one line: as asked, narrowed (limits and dates lower than asked), or refused.

    Never overwritten: a change of mind is a new row, and the latest counts.
    """

    class Outcome(models.TextChoices):
        AS_ASKED = "as_asked", _("As asked")
        NARROWED = "narrowed", _("Narrowed")
        REFUSED = "refused", _("Refused")

    line = models.ForeignKey(RequestLine, on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    requests_per_day = models.PositiveIntegerField(_("requests a day"))
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"))
    seats = models.PositiveIntegerField(_("people at once"))
    ends_on = models.DateField(_("last day"))
    conditions = ArrayField(models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions"))
    obligations = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("obligations"))
    stops_at_limit = models.BooleanField(_("stops when a day’s limit is used up"), default=False)
    reason_code = models.CharField(_("reason"), max_length=50, blank=True)
    reason = models.TextField(_("reason in words"), max_length=2000, blank=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(_("reviewed"), default=clock.now)

    class Meta:
        verbose_name = _("review of a line")
        verbose_name_plural = _("reviews of lines")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["line", "-id"], name="linereview_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(outcome="refused") | (~models.Q(reason_code="") & ~models.Q(reason="")),
                name="linereview_refused_with_reason",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome="narrowed") | ~models.Q(reason=""), name="linereview_narrowed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.outcome}"


class ConflictDeclaration(Record):
    """What a reviewer declared about their interests in a case, before seeing it."""

    request = models.ForeignKey(GrantRequest, on_delete=models.PROTECT, related_name="declarations")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    conflict = models.BooleanField(_("has a conflict of interest"))
    explanation = models.TextField(_("explanation"), max_length=2000, blank=True)
    declared_at = models.DateTimeField(_("declared"), default=clock.now)

    class Meta:
        verbose_name = _("declaration of interests")
        verbose_name_plural = _("declarations of interests")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["request", "person"], name="grantconflict_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(conflict=False) | ~models.Q(explanation=""), name="grantconflict_says_what"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.conflict}"


class GrantQuestion(Record):
    """A question to the partner, and its answer. Each is written once."""

    request = models.ForeignKey(GrantRequest, on_delete=models.PROTECT, related_name="questions")
    question = models.TextField(_("question"), max_length=3000)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked"), default=clock.now)
    due_at = models.DateTimeField(_("answer by"))
    answer = models.TextField(_("answer"), max_length=6000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~models.Q(answer="") & models.Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="grantquestion_answered_when_by",
            ),
            models.UniqueConstraint(
                fields=["request"], condition=models.Q(answered_at__isnull=True), name="grantquestion_one_open"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="answered_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND OLD.answered_at IS NULL AND NEW.question = OLD.question
                   AND NEW.request_id = OLD.request_id AND NEW.asked_by_id = OLD.asked_by_id THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'append-only: a question is answered once and never changed';
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return self.question[:60]
