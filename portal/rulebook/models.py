"""Versions of the rulebook."""

from __future__ import annotations

from typing import ClassVar

import pgtrigger
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.core import clock
from portal.rulebook.states import RULEBOOK_VERSION
from portal.workflow import LifecycleModel, lifecycle_triggers


class RulebookVersion(LifecycleModel):
    """One version: the whole document as JSON, and the SHA-256 of its canonical form (RFC 8785).

    The document is fixed once the version is no longer a draft. Exactly one version at most is in force.
    """

    TABLE = RULEBOOK_VERSION

    version = models.CharField(_("version"), max_length=7, unique=True)
    title = models.CharField(_("title"), max_length=300)
    document = models.JSONField(_("document"))
    digest = models.CharField(_("digest"), max_length=64)
    proposed_at = models.DateTimeField(_("proposed"), default=clock.now, editable=False)
    proposed_by_id = models.UUIDField(_("proposed by"), null=True, editable=False)
    consultation_at = models.DateTimeField(_("consultation opened"), null=True, editable=False)
    voting_at = models.DateTimeField(_("vote called"), null=True, editable=False)
    adopted_at = models.DateTimeField(_("adopted"), null=True, editable=False)
    in_force_at = models.DateTimeField(_("in force since"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("rulebook version")
        verbose_name_plural = _("rulebook versions")
        ordering: ClassVar = ["-proposed_at", "-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["state"], condition=models.Q(state="in_force"), name="rulebook_one_in_force"
            ),
            models.CheckConstraint(condition=models.Q(digest__regex=r"^[0-9a-f]{64}$"), name="rulebook_digest"),
            models.CheckConstraint(
                condition=models.Q(state__in=["in_force", "superseded"], in_force_at__isnull=False)
                | ~models.Q(state__in=["in_force", "superseded"]) & models.Q(in_force_at__isnull=True),
                name="rulebook_in_force_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["superseded", "rejected"], ended_at__isnull=False)
                | ~models.Q(state__in=["superseded", "rejected"]) & models.Q(ended_at__isnull=True),
                name="rulebook_end_dated",
            ),
        ]
        triggers: ClassVar = [
            *lifecycle_triggers(RULEBOOK_VERSION),
            pgtrigger.Trigger(
                name="document_fixed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="""
                IF OLD.version IS DISTINCT FROM NEW.version
                   OR (OLD.state <> 'draft' AND (OLD.document IS DISTINCT FROM NEW.document
                       OR OLD.digest IS DISTINCT FROM NEW.digest OR OLD.title IS DISTINCT FROM NEW.title)) THEN
                    RAISE EXCEPTION 'rulebook: version % can no longer be changed', OLD.version;
                END IF;
                RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.version}"

    def get_absolute_url(self) -> str:
        """The public page of this version."""
        return reverse("rulebook:version", args=[self.version])
