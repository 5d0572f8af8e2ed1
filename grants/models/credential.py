"""Portable credentials: keys of holders, what was issued to them, and the status lists that say what counts now."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import Grant, GrantLine
from grants.rules.status_list import INVALID, SIZE, Status
from grants.states_credentials import CREDENTIAL, HOLDER_KEY
from portal.core import clock
from portal.core.append_only import forbid_truncate
from portal.workflow import LifecycleModel, Record, lifecycle_triggers


class HolderKey(LifecycleModel):
    """A public key of an institution whose private half it has proven to have. `nonce` is the challenge that it signed.

    `thumbprint` (RFC 7638) names it. While it is registered no other institution can register the same one.
    """

    TABLE = HOLDER_KEY

    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="holder_keys")
    name = models.CharField(_("name"), max_length=100)
    public = models.JSONField(_("public key"))
    thumbprint = models.CharField(_("thumbprint"), max_length=43)
    nonce = models.CharField(max_length=64, unique=True, editable=False)
    registered_at = models.DateTimeField(_("registered"), default=clock.now)
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    reason = models.CharField(_("why it was withdrawn"), max_length=500, blank=True)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("key of a holder")
        verbose_name_plural = _("keys of holders")
        triggers = lifecycle_triggers(HOLDER_KEY)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["thumbprint"], condition=models.Q(state="registered"), name="holderkey_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="withdrawn", withdrawn_at__isnull=False)
                | (~models.Q(state="withdrawn") & models.Q(withdrawn_at__isnull=True, reason="")),
                name="holderkey_withdrawn_when_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Credential(LifecycleModel):
    """What was issued for a grant to a key: an SD-JWT VC with every disclosure, as its holder keeps it.

    `kid` is the key of ours that signed it. `terms` is the digest of what it says, to see whether it still holds.
    """

    TABLE = CREDENTIAL

    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="credentials")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    key = models.ForeignKey(HolderKey, on_delete=models.PROTECT, related_name="credentials")
    token = models.TextField(editable=False)
    kid = models.CharField(max_length=43, editable=False)
    terms = models.CharField(max_length=64, editable=False)
    issued_at = models.DateTimeField(_("issued"), default=clock.now)
    expires_at = models.DateTimeField(_("valid until"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    end_reason = models.CharField(_("why it ended"), max_length=200, blank=True)

    told: int | None = None
    """What its status list says of it, set by queries.credential."""

    class Meta(LifecycleModel.Meta):
        verbose_name = _("credential")
        verbose_name_plural = _("credentials")
        triggers = lifecycle_triggers(CREDENTIAL)
        indexes: ClassVar = [
            models.Index(fields=["grant", "-issued_at"], name="credential_grant"),
            models.Index(fields=["kid"], condition=models.Q(state="issued"), name="credential_signed_by"),
            models.Index(fields=["expires_at"], condition=models.Q(state="issued"), name="credential_ending"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["grant", "key"], condition=models.Q(state="issued"), name="credential_one_issued"
            ),
            models.CheckConstraint(
                condition=models.Q(state="issued", ended_at__isnull=True)
                | (~models.Q(state="issued") & models.Q(ended_at__isnull=False)),
                name="credential_ended_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.grant_id}: {self.state}"

    @property
    def says(self) -> str:
        """The same in a word: valid, invalid or suspended."""
        return Status(self.told).name.lower() if self.told is not None else ""


class StatusList(Record):
    """One status list (OAuth Token Status List), as it was signed last. A new one is opened when this is filled up.

    `token` is served as it is, to anybody. It is signed anew from `renew_from` on, and whenever a StatusChange waits.
    """

    size = models.PositiveIntegerField(default=SIZE)
    is_open = models.BooleanField(_("takes new entries"), default=True)
    token = models.TextField(blank=True, editable=False)
    kid = models.CharField(max_length=43, blank=True, editable=False)
    opened_at = models.DateTimeField(_("opened"), default=clock.now)
    signed_at = models.DateTimeField(_("signed"), null=True)
    expires_at = models.DateTimeField(_("valid until"), null=True)
    renew_from = models.DateTimeField(_("to be signed anew from"), default=clock.now)

    class Meta:
        verbose_name = _("status list")
        verbose_name_plural = _("status lists")
        ordering: ClassVar = ["-opened_at"]
        indexes: ClassVar = [models.Index(fields=["renew_from"], name="statuslist_due")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["is_open"], condition=models.Q(is_open=True), name="statuslist_one_open"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class StatusEntry(Record):
    """What a place in a list says of a credential, or (`line`) of one line in it. Once invalid, always invalid.

    Grant, institution, environment and release are there again, so that one statement finds whatever a deed concerns.
    """

    status_list = models.ForeignKey(StatusList, on_delete=models.PROTECT, related_name="entries")
    index = models.PositiveIntegerField()
    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="entries")
    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, null=True, related_name="+")
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+")
    institution = models.ForeignKey("partners.Institution", on_delete=models.PROTECT, related_name="+")
    environment = models.ForeignKey("grants.Environment", on_delete=models.PROTECT, null=True, related_name="+")
    release = models.ForeignKey("grants.Release", on_delete=models.PROTECT, null=True, related_name="+")
    value = models.PositiveSmallIntegerField(choices=Status.choices, default=Status.VALID)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("status")
        verbose_name_plural = _("statuses")
        indexes: ClassVar = [
            models.Index(fields=["status_list", "index"], condition=~models.Q(value=0), name="statusentry_published"),
            models.Index(fields=["institution"], condition=~models.Q(value=INVALID), name="statusentry_alive"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["status_list", "index"], name="statusentry_place_once"),
            models.CheckConstraint(condition=models.Q(value__in=[0, 1, 2]), name="statusentry_known"),
            models.CheckConstraint(
                condition=models.Q(line__isnull=True, environment__isnull=True, release__isnull=True)
                | models.Q(line__isnull=False, environment__isnull=False, release__isnull=False),
                name="statusentry_whole_or_line",
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.Trigger(
                name="invalid_for_ever",
                when=pgtrigger.Before,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func=f"""
                IF TG_OP = 'UPDATE' AND OLD.value <> {INVALID} AND NEW.id = OLD.id AND NEW.index = OLD.index
                   AND NEW.status_list_id = OLD.status_list_id AND NEW.credential_id = OLD.credential_id
                   AND NEW.line_id IS NOT DISTINCT FROM OLD.line_id THEN
                    RETURN NEW;
                END IF;
                RAISE EXCEPTION 'status: an entry keeps its place, and is invalid for ever once it is';
                """,
            ),
            forbid_truncate(),
        ]

    def __str__(self) -> str:
        return f"{self.status_list_id}/{self.index}: {self.value}"


class StatusChange(models.Model):
    """That a list says something else than what is published. Goes with the publication that has it."""

    status_list = models.ForeignKey(StatusList, on_delete=models.CASCADE, related_name="changes")

    class Meta:
        verbose_name = _("change to publish")
        verbose_name_plural = _("changes to publish")

    def __str__(self) -> str:
        return str(self.status_list_id)
