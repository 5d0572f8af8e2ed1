"""Appeals: a partner asks that others look at a decision again."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from audits.models.enforcement import EnforcementCase
from audits.models.part import Parts, parts_in
from audits.states import APPEAL
from portal.core import clock
from portal.rulebook.places import told_there
from portal.rulebook.queries import rules
from portal.rulebook.schema import find
from portal.workflow import LifecycleModel, lifecycle_triggers


class Appeal(LifecycleModel):
    """One appeal by one institution, against one decision: of enforcement, a hold, or what was refused.

    Of a grant request it is all that was refused or granted narrower than it was asked for.
    """

    TABLE = APPEAL

    class Against(models.TextChoices):
        ENFORCEMENT = "enforcement", _("Enforcement decision")
        HOLD = "hold", _("Hold")
        REFUSAL = "refusal", _("Refusal of an application")
        GRANT_REFUSAL = "grant_refusal", _("Refusal or narrowing of a line")

    STAYED: ClassVar = (Against.ENFORCEMENT, Against.HOLD)
    """Kinds that have an effect which can be stayed."""

    class Stay(models.TextChoices):
        GRANTED = "granted", _("The effect is stayed")
        REFUSED = "refused", _("The effect stays in force")
        ENDED = "ended", _("The stay has ended")

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="appeals")
    against = models.CharField(_("against"), max_length=16, choices=Against.choices)
    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, null=True, related_name="appeals")
    hold = models.ForeignKey("grants.Hold", on_delete=models.PROTECT, null=True, related_name="appeals")
    application = models.ForeignKey("partners.Application", on_delete=models.PROTECT, null=True, related_name="appeals")
    grant_request = models.ForeignKey(
        "grants.GrantRequest", on_delete=models.PROTECT, null=True, related_name="appeals"
    )
    ground = models.CharField(_("ground"), max_length=50)
    statement = models.TextField(_("statement"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    lodged_at = models.DateTimeField(_("lodged"))
    lodged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    stay_asked = models.BooleanField(_("asks for a stay"), default=False)
    admission = models.TextField(_("why admitted or rejected"), max_length=2000, blank=True)
    admitted_at = models.DateTimeField(_("admitted"), null=True)
    decide_by = models.DateField(_("to be decided by"), null=True)
    draw_at = models.DateTimeField(_("panel drawn from"), null=True)
    reminders = models.PositiveSmallIntegerField(default=0, editable=False)
    stay = models.CharField(_("stay"), max_length=8, choices=Stay.choices, blank=True)
    stay_reasons = models.TextField(_("why"), max_length=2000, blank=True)
    stay_until = models.DateField(_("stayed until"), null=True)
    hearing_at = models.DateTimeField(_("hearing"), null=True)
    hearing_zone = models.CharField(_("time zone of the hearing"), max_length=50, default="UTC")
    hearing_place = models.CharField(_("where"), max_length=300, blank=True)
    heard_at = models.DateTimeField(_("heard"), null=True)
    outcome = models.TextField(_("outcome"), blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")
        triggers = lifecycle_triggers(APPEAL)
        indexes: ClassVar = [
            models.Index(fields=["institution", "-lodged_at"], name="appeal_of_institution"),
            models.Index(
                fields=["decide_by"], condition=models.Q(state__in=["admitted", "heard"]), name="appeal_to_decide"
            ),
            models.Index(fields=["draw_at"], condition=models.Q(draw_at__isnull=False), name="appeal_to_draw"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    against="enforcement", case__isnull=False, hold=None, application=None, grant_request=None
                )
                | models.Q(against="hold", hold__isnull=False, case=None, application=None, grant_request=None)
                | models.Q(against="refusal", application__isnull=False, case=None, hold=None, grant_request=None)
                | models.Q(
                    against="grant_refusal", grant_request__isnull=False, case=None, hold=None, application=None
                ),
                name="appeal_against_one_thing",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["admitted", "heard", "upheld", "varied"])
                | models.Q(admitted_at__isnull=False, decide_by__isnull=False),
                name="appeal_admitted_with_day",
            ),
            models.CheckConstraint(
                condition=models.Q(stay="", stay_reasons="") | (~models.Q(stay="") & ~models.Q(stay_reasons="")),
                name="appeal_stay_with_reasons",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_at=None) | ~models.Q(outcome=""), name="appeal_decided_with_reasons"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_case",
            ),
            models.UniqueConstraint(
                fields=["hold"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_hold",
            ),
            models.UniqueConstraint(
                fields=["application"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_application",
            ),
            models.UniqueConstraint(
                fields=["grant_request"],
                condition=models.Q(state__in=["lodged", "admitted", "heard"]),
                name="appeal_one_open_on_grant_request",
            ),
            models.CheckConstraint(
                condition=models.Q(against__in=["enforcement", "hold"]) | models.Q(stay="", stay_asked=False),
                name="appeal_stays_what_has_effect",
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its page for the partner."""
        return reverse("audits:appeal", args=[self.pk])

    @property
    def subject(self) -> Any:
        """What is appealed against."""
        return self.case or self.hold or self.application or self.grant_request

    @property
    def subject_id(self) -> UUID:
        """Its key, without reading it."""
        found = self.case_id or self.hold_id or self.application_id or self.grant_request_id
        assert found is not None
        return found

    @property
    def can_be_stayed(self) -> bool:
        """Whether what is appealed against has an effect that could be stayed: a refusal stops nothing."""
        return self.against in self.STAYED

    @property
    def is_late(self) -> bool:
        """Derived from the clock, never stored."""
        return self.decide_by is not None and self.state in ("admitted", "heard") and self.decide_by < clock.today()

    @property
    def hearing_there(self) -> str:
        """The hearing by the clock of its own time zone; empty where that shows UTC, or none was called."""
        return told_there(self.hearing_at, self.hearing_zone) if self.hearing_at else ""

    @cached_property
    def book(self) -> Any:
        """The rulebook's part on appeals, in the version of the decision."""
        return rules(self.rulebook).appeal

    @property
    def rule(self) -> Any:
        """What the rulebook says of appeals of this kind (appeal.against.<kind>)."""
        return find(self.book.against, self.against)

    @property
    def panel_size(self) -> int:
        """How many sit."""
        size: int = self.rule.panel
        return size

    @cached_property
    def parts(self) -> Parts:
        """Who had a part in what is appealed against. Few queries, once for each object."""
        return parts_in(self.subject)

    @cached_property
    def sitting(self) -> list[Any]:
        """Seats that are taken, in the order of the lot; the first presides. One query, once for each object."""
        return list(self.seats.filter(left_at=None).select_related("member", "body").order_by("position"))

    def forget(self) -> None:
        """Have seats, parts and what was sent read anew, such as after the row was locked."""
        for name in ("sitting", "parts", "sent"):
            self.__dict__.pop(name, None)
