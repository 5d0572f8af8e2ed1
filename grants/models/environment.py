"""Environments of an institution: what it attests about them, and what authorities accredited."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.catalogue import key_validator
from grants.models.statement import Statement, StatementCatalogue
from grants.states import ENVIRONMENT
from portal.accounts.models.organisation import validate_jurisdiction
from portal.core import clock
from portal.workflow import LifecycleModel, Record, append_only, lifecycle_triggers


class Environment(LifecycleModel):
    """A place, in the technical sense, where an institution uses models. Accredited for a time.

    What permits access here is one fact: `state` is "accredited" and `accredited_until` is today or later. A change
    to an attested fact moves it to "suspended" in the same deed.

    `facts_digest` is that of everything attested now (place, owner, answers, documents), for whoever signs what rests
    on it. `suspended_why` and `remark` are what the authority, or the portal, said last. `notice_sent` is the last of
    the rulebook's `scope.accreditation_notices_days` that was sent.
    """

    TABLE = ENVIRONMENT

    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="environments")
    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(_("identifier at the gateway"), max_length=80, validators=[key_validator])
    country = models.CharField(_("country"), max_length=2, validators=[validate_jurisdiction])
    owner = models.CharField(_("who answers for it"), max_length=150)
    description = models.TextField(_("description"), max_length=4000, blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)
    accredited_until = models.DateField(_("accredited until"), null=True, blank=True, editable=False)
    accredited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+", editable=False
    )
    facts_digest = models.CharField(max_length=64, blank=True, editable=False)
    suspended_at = models.DateTimeField(_("suspended"), null=True, blank=True, editable=False)
    suspended_why = models.TextField(_("why it is suspended"), max_length=2000, blank=True, editable=False)
    remark = models.TextField(_("what the authority asks for"), max_length=2000, blank=True, editable=False)
    notice_sent = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("environment")
        verbose_name_plural = _("environments")
        triggers = lifecycle_triggers(ENVIRONMENT)
        indexes: ClassVar = [
            models.Index(
                fields=["accredited_until"], condition=models.Q(state="accredited"), name="environment_ending"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["institution", "key"], name="environment_key_once"),
            models.UniqueConstraint(fields=["institution", "name"], name="environment_name_once"),
            models.CheckConstraint(
                condition=~models.Q(state="accredited")
                | models.Q(accredited_until__isnull=False, accredited_by__isnull=False),
                name="environment_accredited_until_by",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AdoptedCatalogue(Record):
    """Which version of a catalogue an environment answers, since when. For each catalogue the latest row counts.

    `new` and `changed` are identifiers of statements that the version before did not have, or had in other words.
    """

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="adopted")
    catalogue = models.ForeignKey(StatementCatalogue, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    since = models.DateTimeField(_("since"), default=clock.now)
    new = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    changed = ArrayField(models.CharField(max_length=60), default=list, blank=True)

    class Meta:
        verbose_name = _("catalogue of an environment")
        verbose_name_plural = _("catalogues of environments")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["environment", "key", "-id"], name="adopted_latest")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "catalogue"], name="adopted_once"),
        ]

    def __str__(self) -> str:
        return f"{self.environment_id}: {self.key}"


class Attestation(Record):
    """What an institution stated about one statement at one time. The latest counts; none is overwritten.

    `catalogue_key` and `identifier` name the statement over all versions of its catalogue; `statement` is the text
    that was answered. `safeguard` is the safeguard that the statement belongs to, if any.
    """

    class Value(models.TextChoices):
        NOT_MET = "not_met", _("Not met")
        MET = "met", _("Met")
        EXCEEDS = "exceeds", _("Exceeds what is asked")

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="attestations")
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, null=True, related_name="+")
    catalogue_key = models.SlugField(max_length=60, blank=True)
    identifier = models.CharField(_("statement"), max_length=60, blank=True)
    safeguard = models.CharField(_("safeguard"), max_length=50, blank=True)
    value = models.CharField(_("value"), max_length=10, choices=Value.choices)
    note = models.TextField(_("how it is met"), max_length=2000, blank=True)
    attested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attested_at = models.DateTimeField(_("attested"), default=clock.now)

    class Meta:
        verbose_name = _("attestation")
        verbose_name_plural = _("attestations")
        triggers = append_only()
        indexes: ClassVar = [
            models.Index(fields=["environment", "catalogue_key", "identifier", "-id"], name="attestation_latest")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(value__in=["not_met", "met", "exceeds"]), name="attestation_value"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identifier}: {self.value}"


class AttestedDocument(Record):
    """A document that an attestation rests on. It is part of what is attested: another one is a change."""

    attestation = models.ForeignKey(Attestation, on_delete=models.PROTECT, related_name="documents")
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("document of an attestation")
        verbose_name_plural = _("documents of attestations")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["attestation", "evidence"], name="attested_document_once"),
        ]

    def __str__(self) -> str:
        return f"{self.attestation_id}: {self.evidence_id}"


class DocumentReminder(Record):
    """That the institution was told, so many `days` ahead, that a document behind what an environment attests ends."""

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="document_reminders")
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, related_name="+")
    days = models.PositiveSmallIntegerField(_("days ahead"))
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("reminder of the end of a document")
        verbose_name_plural = _("reminders of the ends of documents")
        triggers = append_only()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["environment", "evidence", "days"], name="document_reminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.environment_id}: {self.evidence_id} ({self.days})"


class Accreditation(Record):
    """What an authority accepted, as it was attested then: place, owner, answers and documents, with their digest."""

    class Kind(models.TextChoices):
        ACCREDITED = "accredited", _("Accredited")
        CHANGE = "change", _("Change accepted")

    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="accreditations")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    until = models.DateField(_("until"))
    tier = models.CharField(_("tier"), max_length=20)
    rulebook = models.CharField(_("rulebook"), max_length=20)
    note = models.TextField(_("note"), max_length=1000, blank=True)
    facts = models.JSONField()
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.ForeignKey("accounts.Organisation", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"), default=clock.now)

    class Meta:
        verbose_name = _("accreditation")
        verbose_name_plural = _("accreditations")
        triggers = append_only()
        indexes: ClassVar = [models.Index(fields=["environment", "-id"], name="accreditation_latest")]

    def __str__(self) -> str:
        return f"{self.environment_id}: {self.until}"
