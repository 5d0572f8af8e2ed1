"""People whom an authority removed from the scheme."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.states.removal import PERSON_REMOVAL
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class PersonRemoval(LifecycleModel):
    """One removal: by account and address, which the gate reads, and by name, for whoever looks at a new application.

    It holds to the end of `until`; without one for good.
    """

    TABLE = PERSON_REMOVAL

    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("e-mail address"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="removals")
    authority = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("reason"), max_length=2000)
    until = models.DateField(_("removed until"), null=True)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(_("removed"), default=clock.now)
    lifted_at = models.DateTimeField(_("taken back"), null=True)
    lift_reason = models.TextField(_("why it was taken back"), blank=True, max_length=2000)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("removal of a person")
        verbose_name_plural = _("removals of people")
        triggers = lifecycle_triggers(PERSON_REMOVAL)
        indexes: ClassVar = [
            models.Index(Lower("email"), name="personremoval_email"),
            models.Index(fields=["authority", "-removed_at"], name="personremoval_authority"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(state="in_force"), name="personremoval_once_at_a_time"
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="personremoval_with_reason"),
            models.CheckConstraint(
                condition=models.Q(state="in_force", lifted_at__isnull=True)
                | models.Q(state="lifted", lifted_at__isnull=False) & ~models.Q(lift_reason=""),
                name="personremoval_lifted_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page at the desk."""
        return reverse("admin:partners_personremoval_change", args=[self.pk])

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on that day."""
        return self.state == "in_force" and (self.until is None or day <= self.until)
