"""People who are named for access: what was checked, by whom, until when, and which rules they accepted."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners.models.evidence import Evidence
from partners.models.institution import Institution
from partners.states.person import PERSON
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Person(LifecycleModel):
    """One person named by one institution. Somebody who returns is a new row.

    What decides about access stands on the row itself, so that the gate reads one: the last day of each check
    (`identity_until`, `background_until`, `trained_until`, each the latest of the checks that were not revoked), and
    the digest of the texts that were accepted. `…_notice` is the last notice of that lapse that was sent, in days.
    `employer` is empty for the institution's own people. `user` is their account, once there is one.
    """

    TABLE = PERSON

    institution = models.ForeignKey(Institution, on_delete=models.PROTECT, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="named_as")
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("work e-mail address"))
    position = models.CharField(_("position"), max_length=150, blank=True)
    employer = models.CharField(_("employer"), max_length=200, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField(_("named"), default=clock.now)
    renamed_at = models.DateTimeField(_("name changed"), null=True, editable=False)
    identity_until = models.DateField(_("identity checked until"), null=True)
    background_until = models.DateField(_("background checked until"), null=True)
    trained_until = models.DateField(_("trained until"), null=True)
    identity_notice = models.PositiveSmallIntegerField(null=True, editable=False)
    background_notice = models.PositiveSmallIntegerField(null=True, editable=False)
    trained_notice = models.PositiveSmallIntegerField(null=True, editable=False)
    accepted_digest = models.CharField(max_length=64, blank=True, editable=False)
    accepted_version = models.CharField(_("rules accepted in version"), max_length=7, blank=True)
    accepted_at = models.DateTimeField(_("rules accepted"), null=True)
    ended_at = models.DateTimeField(_("access ended"), null=True)
    ended_reason = models.TextField(_("why access ended"), blank=True, max_length=500)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("person with access")
        verbose_name_plural = _("people with access")
        triggers = lifecycle_triggers(PERSON)
        indexes: ClassVar = [
            models.Index(fields=["institution", "name"], name="person_institution"),
            models.Index(Lower("email"), name="person_email"),
            *(
                models.Index(fields=[name], condition=models.Q(state="named"), name=f"person_{name}")
                for name in ("identity_until", "background_until", "trained_until")
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("email"), "institution", condition=models.Q(state="named"), name="person_named_once"
            ),
            models.UniqueConstraint(
                fields=["user", "institution"],
                condition=models.Q(state="named", user__isnull=False),
                name="person_account_once",
            ),
            models.CheckConstraint(
                condition=models.Q(state="named", ended_at__isnull=True)
                | models.Q(state="left", ended_at__isnull=False) & ~models.Q(ended_reason=""),
                name="person_left_with_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_digest="", accepted_version="", accepted_at__isnull=True)
                | ~models.Q(accepted_digest="")
                & ~models.Q(accepted_version="")
                & models.Q(accepted_at__isnull=False, user__isnull=False),
                name="person_accepted_in_full",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Its page for those who look after the institution's people."""
        return reverse("partners:person", args=[self.pk])

    @property
    def has_account(self) -> bool:
        """Whether their account still counts, or they have none yet. For rows of queries.person.with_account."""
        return bool(self.account_held)  # type: ignore[attr-defined]

    @property
    def is_removed(self) -> bool:
        """Whether an authority removed them from the scheme. For rows of queries.person.with_account."""
        return bool(self.removal_held)  # type: ignore[attr-defined]

    @property
    def is_outside(self) -> bool:
        """Whether somebody other than the institution employs the person."""
        return bool(self.employer)


class PersonCheck(Record):
    """One check of a person as it was recorded. Wrong ones are revoked, never changed."""

    class Kind(models.TextChoices):
        IDENTITY = "identity", _("Identity")
        BACKGROUND = "background", _("Background")
        TRAINING = "training", _("Training")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="checks")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    vouched_by = models.CharField(_("who vouches"), max_length=200)
    checked_on = models.DateField(_("checked on"))
    valid_until = models.DateField(_("valid until"))
    reference = models.CharField(_("reference"), max_length=200, blank=True)
    document = models.ForeignKey(Evidence, on_delete=models.PROTECT, null=True, related_name="+")
    rulebook = models.CharField(_("rulebook version"), max_length=7)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(_("recorded"), default=clock.now)

    class Meta:
        verbose_name = _("check of a person")
        verbose_name_plural = _("checks of people")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["person", "kind", "-valid_until"], name="personcheck_latest")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(valid_until__gt=models.F("checked_on")), name="personcheck_dates_in_order"
            ),
            models.CheckConstraint(condition=~models.Q(vouched_by=""), name="personcheck_vouched"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.valid_until}"


class CheckRevocation(Record):
    """A check that no longer counts, and why."""

    revoked = models.OneToOneField(PersonCheck, on_delete=models.PROTECT, related_name="revocation")
    reason = models.TextField(_("reason"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("revoked"), default=clock.now)

    class Meta:
        verbose_name = _("revocation of a check")
        verbose_name_plural = _("revocations of checks")
        triggers = append_only()
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="checkrevocation_with_reason")
        ]

    def __str__(self) -> str:
        return self.reason


class PersonAgreement(Record):
    """One text that a person accepted: which, in which version of the rulebook, and the hash of what was read."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agreements")
    declaration = models.CharField(_("text"), max_length=50)
    rulebook = models.CharField(_("rulebook version"), max_length=7)
    digest = models.CharField(_("SHA-256 of the text"), max_length=64)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(_("accepted"), default=clock.now)

    class Meta:
        verbose_name = _("accepted rules")
        verbose_name_plural = _("accepted rules")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "declaration", "digest"], name="personagreement_once")
        ]

    def __str__(self) -> str:
        return f"{self.declaration} · {self.rulebook}"


UNTIL = {
    PersonCheck.Kind.IDENTITY.value: "identity_until",
    PersonCheck.Kind.BACKGROUND.value: "background_until",
    PersonCheck.Kind.TRAINING.value: "trained_until",
}
"""Kind of check → the person's field with its last day."""
NOTICE = {kind: field.replace("_until", "_notice") for kind, field in UNTIL.items()}
"""Kind of check → the person's field with the last notice of its lapse."""


def untils(person: Person) -> dict[str, date | None]:
    """The last day of each kind of check, by the person's own row."""
    return {kind: getattr(person, field) for kind, field in UNTIL.items()}
