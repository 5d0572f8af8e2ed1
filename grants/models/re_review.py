"""Looking at a grant again because a provider announced another release of a model that it names."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.catalogue import Release
from grants.models.grant import Grant
from grants.states_places import RE_REVIEW
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class ReReview(LifecycleModel):
    """One live grant and one new release. It changes nothing of what the grant covers: only a line could.

    `authority` and `institution` are those of the grant, kept here for lists.
    """

    TABLE = RE_REVIEW

    class Outcome(models.TextChoices):
        NO_CHANGE = "no_change", _("No change: the grant stays as it is, without the new release")
        AMENDMENT = "amendment_asked", _("Amendment asked: the institution is to ask for a change of its lines")
        REFERRED = "referred", _("Referred to the signatories: a hold or the end of lines is to be considered")

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="re_reviews")
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="re_reviews")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised"), default=clock.now)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome.choices, blank=True)
    note = models.TextField(_("reason"), max_length=2000, blank=True)
    looked_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    looked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(LifecycleModel.Meta):
        verbose_name = _("re-review")
        verbose_name_plural = _("re-reviews")
        triggers = lifecycle_triggers(RE_REVIEW)
        indexes: ClassVar = [
            models.Index(fields=["authority", "raised_at"], condition=models.Q(state="open"), name="re_review_open")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["grant", "release"], name="re_review_once"),
            models.CheckConstraint(
                condition=(
                    models.Q(state="looked_at", looked_at__isnull=False, looked_by__isnull=False)
                    & ~models.Q(outcome="")
                    & ~models.Q(note="")
                )
                | (~models.Q(state="looked_at") & models.Q(looked_at__isnull=True, looked_by__isnull=True, outcome="")),
                name="re_review_looked_at_by_with_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant.reference}: {self.release}"
