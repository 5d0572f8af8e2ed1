"""What authorities decide on a live grant without a new request: a narrower line, or the end of the grant."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import Grant, GrantLine
from grants.states import GRANT_MEASURE
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class GrantMeasure(LifecycleModel):
    """A measure that somebody proposed, and that signatories decide by the quorum of the rulebook.

    A narrowing names a `line` and what it shall permit from then on: never more than it permits now. `conditions` and
    `obligations` are added to those that the line has. A revocation names no line. `digest` is what is signed.
    """

    TABLE = GRANT_MEASURE

    class Kind(models.TextChoices):
        NARROWING = "narrowing", _("Narrowing")
        REVOCATION = "revocation", _("Revocation")

    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="measures")
    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, null=True, blank=True, related_name="measures")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    requests_per_day = models.PositiveIntegerField(_("requests a day"), null=True, blank=True)
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"), null=True, blank=True)
    seats = models.PositiveIntegerField(_("people at once"), null=True, blank=True)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    conditions = ArrayField(
        models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions added")
    )
    obligations = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, verbose_name=_("obligations added")
    )
    reason = models.TextField(_("reason"), max_length=2000)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    risk_tier = models.CharField(_("risk tier"), max_length=20)
    digest = models.CharField(max_length=64, editable=False)
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    end_reason = models.TextField(_("why it came to nothing"), max_length=2000, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("measure on a grant")
        verbose_name_plural = _("measures on grants")
        triggers = lifecycle_triggers(GRANT_MEASURE)
        indexes: ClassVar = [models.Index(fields=["state", "-id"], name="measure_queue")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line"], condition=models.Q(state="proposed"), name="measure_line_once"),
            models.UniqueConstraint(
                fields=["grant"], condition=models.Q(state="proposed", kind="revocation"), name="measure_grant_once"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="measure_with_reason"),
            models.CheckConstraint(
                condition=models.Q(
                    kind="narrowing", line__isnull=False, requests_per_day__isnull=False, tokens_per_day__isnull=False,
                    seats__isnull=False, ends_on__isnull=False,
                )
                | models.Q(
                    kind="revocation", line__isnull=True, requests_per_day__isnull=True, tokens_per_day__isnull=True,
                    seats__isnull=True, ends_on__isnull=True, conditions=[], obligations=[],
                ),
                name="measure_narrows_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(state="proposed", decided_at__isnull=True)
                | (~models.Q(state="proposed") & models.Q(decided_at__isnull=False)),
                name="measure_decided_with_time",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.grant_id} {self.kind}"


class MeasureSignature(Record):
    """A signatory's yes or no to a measure, bound to the digest of what they read."""

    class Decision(models.TextChoices):
        SIGN = "sign", _("Signed")
        REFUSE = "refuse", _("Refused to sign")

    measure = models.ForeignKey(GrantMeasure, on_delete=models.PROTECT, related_name="signatures")
    digest = models.CharField(max_length=64)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices)
    reason = models.TextField(_("reason"), max_length=2000, blank=True)
    signatory = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    stands_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(_("second factor shown"), null=True)
    signed_at = models.DateTimeField(_("signed"), default=clock.now)

    class Meta:
        verbose_name = _("signature on a measure")
        verbose_name_plural = _("signatures on measures")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["measure", "signatory"], name="measuresignature_once"),
            models.CheckConstraint(
                condition=~models.Q(decision="refuse") | ~models.Q(reason=""),
                name="measuresignature_refused_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure_id} {self.decision}"


class LineVersion(Record):
    """What a line of a grant permits since authorities narrowed it. The version with the highest `number` holds.

    Its limits, last day, conditions and obligations stand in place of those of the GrantLine (which counts as version
    1) for every question from the commit on; everything else of the line stays. All of them are whole: `conditions` and
    `obligations` are those that the line has then, not only what was added.
    """

    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    measure = models.OneToOneField(GrantMeasure, on_delete=models.PROTECT, related_name="version")
    requests_per_day = models.PositiveIntegerField(_("requests a day"))
    tokens_per_day = models.PositiveBigIntegerField(_("tokens a day"))
    seats = models.PositiveIntegerField(_("people at once"))
    ends_on = models.DateField(_("last day"))
    conditions = ArrayField(models.CharField(max_length=300), default=list, blank=True, verbose_name=_("conditions"))
    obligations = ArrayField(models.CharField(max_length=50), default=list, blank=True, verbose_name=_("obligations"))
    since = models.DateTimeField(_("since"), default=clock.now)

    class Meta:
        verbose_name = _("version of a line")
        verbose_name_plural = _("versions of lines")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["ends_on"], name="lineversion_ending")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["line", "number"], name="lineversion_once"),
            models.CheckConstraint(condition=models.Q(number__gte=2), name="lineversion_follows_the_line"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} v{self.number}"
