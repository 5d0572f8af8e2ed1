"""Grants, their lines, and the agreement without which nothing is in force."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.catalogue import stays_while_granted
from grants.models.request import GrantRequest, RequestLine
from grants.models.scope import Scope
from grants.states import GRANT
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Grant(LifecycleModel):
    """What an institution may do. `ends_on` is the last day of its last line.

    `supersedes` is the grant that it replaces once its own agreement is accepted; a successor that nobody accepted in
    time leaves room for another one.
    """

    TABLE = GRANT

    reference = models.CharField(_("reference"), max_length=20, unique=True, editable=False)
    request = models.OneToOneField(GrantRequest, on_delete=models.PROTECT, related_name="grant")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="grants")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors")
    rulebook = models.CharField(_("rulebook"), max_length=20)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    issued_at = models.DateTimeField(_("issued"), default=clock.now)
    in_force_since = models.DateTimeField(_("in force since"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.TextField(_("why it ended"), max_length=2000, blank=True)
    notice_sent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        triggers = lifecycle_triggers(GRANT)
        indexes: ClassVar = [
            models.Index(fields=["institution", "state"], name="grant_institution"),
            models.Index(
                fields=["ends_on"],
                condition=models.Q(state__in=["awaiting_agreement", "in_force"]),
                name="grant_ending",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(state="in_force") | models.Q(in_force_since__isnull=False),
                name="grant_in_force_since",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["awaiting_agreement", "in_force"], ended_at__isnull=True)
                | (~models.Q(state__in=["awaiting_agreement", "in_force"]) & models.Q(ended_at__isnull=False)),
                name="grant_ended_with_time",
            ),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="grant_dates"),
            models.UniqueConstraint(
                fields=["supersedes"], condition=models.Q(in_force_since__isnull=False), name="grant_superseded_once"
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=models.Q(state="awaiting_agreement"),
                name="grant_one_successor_waits",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class GrantLine(Scope):
    """One line as it was granted. Never changed: a change is a new grant, or, where authorities narrow it without a
    new request, a LineVersion, of which the newest holds instead of what stands here. `institution` and `provider`
    are those of the grant and the release, kept here so that the question at the gate is one look into one index.

    `obligations` are safeguards that the gateway must apply with a permit (rulebook: scope.safeguards). Where the line
    `stops_at_limit`, the gate denies once all of a day's limit was reported as used; where not, that is only told.
    """

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="lines")
    request_line = models.OneToOneField(RequestLine, on_delete=models.PROTECT, related_name="granted")
    number = models.PositiveSmallIntegerField(_("line"))
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    conditions = ArrayField(models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions"))
    provider_conditions = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions of the provider")
    )
    obligations = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("obligations"))
    stops_at_limit = models.BooleanField(_("stops when a day’s limit is used up"), default=False)

    held_version: Any = None
    """The LineVersion whose limits the object holds, set by queries.effective; None as it was granted."""
    held_withdrawal: Any = None
    """The ConsentWithdrawal that ends the line, set by queries.effective."""
    held_caps: Any = ()
    """The caps that lower limits which the object holds, set by queries.effective."""

    class Meta:
        verbose_name = _("line of a grant")
        verbose_name_plural = _("lines of grants")
        triggers: ClassVar = [*append_only(), stays_while_granted()]
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(
                fields=["institution", "release", "use_case", "environment", "data_class"], name="grantline_question"
            ),
            models.Index(fields=["provider", "release"], name="grantline_provider"),
            models.Index(fields=["ends_on"], name="grantline_ending"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "number"], name="grantline_number_once"),
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="grantline_dates"),
        ]

    def __str__(self) -> str:
        return f"{self.grant.reference}/{self.number}"


class Agreement(Record):
    """The text made from the lines. It is accepted once, by a person entitled to bind the institution.

    `terms` is the digest of the lines that it was made from. When they change before it is accepted, it is made anew as
    the next `version`; each version stays as an AgreementPack. Once accepted it never changes.
    """

    grant = models.OneToOneField(Grant, on_delete=models.PROTECT, related_name="agreement")
    text = models.TextField(_("text"))
    digest = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    terms = models.CharField(max_length=64, blank=True, editable=False)
    made_at = models.DateTimeField(_("made"), default=clock.now)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    capacity = models.CharField(_("in what capacity"), max_length=150, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(accepted_at__isnull=True, accepted_by__isnull=True, capacity="")
                | (models.Q(accepted_at__isnull=False, accepted_by__isnull=False) & ~models.Q(capacity="")),
                name="agreement_accepted_when_by",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="accepted_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                IF TG_OP = 'UPDATE' AND OLD.accepted_at IS NULL AND NEW.grant_id = OLD.grant_id AND NEW.id = OLD.id
                   AND ((NEW.version = OLD.version AND NEW.text = OLD.text AND NEW.digest = OLD.digest
                         AND NEW.terms = OLD.terms AND NEW.made_at = OLD.made_at)
                        OR (NEW.version = OLD.version + 1 AND NEW.accepted_at IS NULL)) THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'append-only: an agreement is accepted once and never changed';
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.grant.reference}: {self.digest[:12]}"
