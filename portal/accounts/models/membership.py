"""Memberships: a person in an organisation, with roles. And appointments of system administrators."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.accounts.models.organisation import Organisation
from portal.accounts.roles import BY_SLUG, MEMBER_ROLES
from portal.accounts.states import APPOINTMENT, MEMBERSHIP
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers

ROLE_CHOICES = [(role.slug, role.label) for role in MEMBER_ROLES]


class Membership(LifecycleModel):
    """One person's place in one organisation. Kept when it ends; a return is a new row."""

    TABLE = MEMBERSHIP

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    roles = ArrayField(models.CharField(max_length=24, choices=ROLE_CHOICES), verbose_name=_("roles"))
    since = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        triggers = lifecycle_triggers(MEMBERSHIP)
        indexes: ClassVar = [GinIndex(fields=["roles"], name="membership_roles")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "organisation"], condition=models.Q(state="active"), name="membership_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="active", ended_at__isnull=True)
                | models.Q(state="ended", ended_at__isnull=False),
                name="membership_ended_with_time",
            ),
            models.CheckConstraint(condition=~models.Q(roles=[]), name="membership_has_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.organisation}"

    @property
    def role_labels(self) -> list[str]:
        return [str(BY_SLUG[slug].label) for slug in self.roles]


class Appointment(LifecycleModel):
    """The duty of a system administrator. It gives no right to decide a case."""

    TABLE = APPOINTMENT

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="appointments")
    since = models.DateTimeField(_("since"), default=clock.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("appointment")
        verbose_name_plural = _("appointments")
        triggers = lifecycle_triggers(APPOINTMENT)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user"], condition=models.Q(state="active"), name="appointment_once"),
            models.CheckConstraint(
                condition=models.Q(state="active", ended_at__isnull=True)
                | models.Q(state="ended", ended_at__isnull=False),
                name="appointment_ended_with_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)
