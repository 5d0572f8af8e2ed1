"""The panel of an appeal and what it works with: the lot, seats, statements, notes, drafts, votes. Rows are kept."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.models.appeal import Appeal
from audits.models.enforcement import Measure
from audits.states import PUBLISHED_DECISION
from portal.ledger.models import Checkpoint
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Outcome(models.TextChoices):
    """What a member of a panel can vote for."""

    UPHOLD = "uphold", _("Uphold the appeal: the decision is set aside")
    VARY = "vary", _("Vary the decision")
    DISMISS = "dismiss", _("Dismiss the appeal: the decision stands")


class PanelDraw(Record):
    """One draw: from whom (`candidates_digest` is over their keys), by which root, and the whole order that came out.

    A key is `<body>:<person>`, opaque ids both. portal.core.sampling says how it is drawn.
    """

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="draws")
    number = models.PositiveSmallIntegerField()
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    draw_at = models.DateTimeField(_("time fixed beforehand"))
    algorithm = models.CharField(_("how it was drawn"), max_length=40)
    candidates_digest = models.CharField(_("SHA-256 of the candidates"), max_length=64)
    drawn = ArrayField(models.CharField(max_length=80), verbose_name=_("candidates in the order of the lot"))
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("draw of a panel")
        verbose_name_plural = _("draws of panels")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["appeal", "number"], name="paneldraw_once")]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.number}"


class PanelSeat(Record):
    """One member's place, in the order of the lot. Kept when the member leaves, with the reason."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="seats")
    draw = models.ForeignKey(PanelDraw, on_delete=models.PROTECT, related_name="seats")
    position = models.PositiveSmallIntegerField()
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    seated_at = models.DateTimeField(_("seated"))
    left_at = models.DateTimeField(_("left"), null=True)
    left_why = models.TextField(_("why"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("seat on a panel")
        verbose_name_plural = _("seats on panels")
        indexes: ClassVar = [
            models.Index(fields=["member"], condition=models.Q(left_at=None), name="panelseat_of_member")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appeal", "member"], name="panelseat_once"),
            models.UniqueConstraint(fields=["appeal", "position"], name="panelseat_order"),
            models.CheckConstraint(
                condition=models.Q(left_at=None, left_why="")
                | (models.Q(left_at__isnull=False) & ~models.Q(left_why="")),
                name="panelseat_left_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.position}"


class AppealStatement(Record):
    """What a side said, in its own words."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="statements")
    by_partner = models.BooleanField(_("by the partner"))
    text = models.TextField(_("statement"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("statement in an appeal")
        verbose_name_plural = _("statements in appeals")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.body_id}"


class HearingNote(Record):
    """What was said at the hearing, as a member of the panel wrote it down."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(_("note"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("written"))

    class Meta:
        verbose_name = _("hearing note")
        verbose_name_plural = _("hearing notes")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.written_at:%Y-%m-%d}"


class AppealDraft(Record):
    """A decision as a member of the panel drafted it; the newest is voted on. `digest` is of all that it rests on."""

    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, related_name="drafts")
    number = models.PositiveSmallIntegerField()
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    reasons = models.TextField(_("reasons"))
    measure = models.CharField(_("measure instead"), max_length=12, choices=Measure.choices, blank=True)
    until = models.DateField(_("until"), null=True)
    lifted_when = models.TextField(_("what must be true to lift it"), max_length=2000, blank=True)
    published_text = models.TextField(_("text for publication"))
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(_("drafted"))

    class Meta:
        verbose_name = _("draft of a decision on an appeal")
        verbose_name_plural = _("drafts of decisions on appeals")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["appeal", "number"], name="appealdraft_once"),
            models.CheckConstraint(
                condition=(models.Q(outcome="vary") & ~models.Q(measure=""))
                | (~models.Q(outcome="vary") & models.Q(measure="")),
                name="appealdraft_varies_what",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.appeal_id} {self.number}"


class PanelVote(Record):
    """One member's vote on one draft, bound to the digest of what they read. Void when that changed; never changed."""

    draft = models.ForeignKey(AppealDraft, on_delete=models.PROTECT, related_name="votes")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(_("vote"), max_length=10, choices=Outcome.choices)
    opinion = models.TextField(_("opinion"), max_length=4000, blank=True)
    digest = models.CharField(_("SHA-256 of what was read"), max_length=64)
    voted_at = models.DateTimeField(_("voted"))

    class Meta:
        verbose_name = _("vote of a member of a panel")
        verbose_name_plural = _("votes of members of panels")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draft", "member", "digest"], name="panelvote_once"),
        ]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.outcome}"


class PublishedDecision(LifecycleModel):
    """A decision on an appeal as everybody may read it: no institution, no person, no release."""

    TABLE = PUBLISHED_DECISION

    reference = models.CharField(_("reference"), max_length=20, unique=True)
    appeal = models.OneToOneField(Appeal, on_delete=models.PROTECT, related_name="published")
    against = models.CharField(_("against"), max_length=16, choices=Appeal.Against.choices)
    ground = models.CharField(_("ground"), max_length=50)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices)
    text = models.TextField(_("decision"))
    members = models.PositiveSmallIntegerField(_("members of the panel"))
    bodies = models.PositiveSmallIntegerField(_("bodies on the panel"))
    rulebook = models.CharField(_("rulebook"), max_length=20)
    decided_on = models.DateField(_("decided on"))

    class Meta(LifecycleModel.Meta):
        verbose_name = _("published decision on an appeal")
        verbose_name_plural = _("published decisions on appeals")
        triggers = [*lifecycle_triggers(PUBLISHED_DECISION)]
        indexes: ClassVar = [models.Index(fields=["-decided_on"], name="publisheddecision_newest")]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        """Its public page."""
        return reverse("transparency:decision", args=[self.reference])
