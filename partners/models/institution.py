"""Institutions: what the scheme knows of an organisation that applies, besides its name and jurisdiction."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.states.institution import INSTITUTION
from portal.accounts.models import Organisation
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


class Institution(LifecycleModel):
    """An institution. Its primary key is its organisation's id, which is also its people's `actor.body_id`."""

    TABLE = INSTITUTION
    SETTLED = True

    id = None  # type: ignore[assignment]
    organisation = models.OneToOneField(
        Organisation, on_delete=models.PROTECT, primary_key=True, db_column="id", related_name="institution"
    )
    kind = models.CharField(_("kind of institution"), max_length=50)
    lei = models.CharField(_("LEI"), max_length=20, blank=True)
    ror = models.CharField(_("ROR identifier"), max_length=60, blank=True)
    address = models.TextField(_("registered address"), max_length=400, blank=True)
    language = models.CharField(
        _("language of letters"), max_length=10, choices=settings.LETTER_LANGUAGES, blank=True, default=""
    )
    changed_at = models.DateTimeField(_("changed"), default=clock.now, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        triggers = lifecycle_triggers(INSTITUTION)
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["lei"], condition=~models.Q(lei=""), name="institution_lei_once"),
            models.UniqueConstraint(fields=["ror"], condition=~models.Q(ror=""), name="institution_ror_once"),
        ]

    def __str__(self) -> str:
        return self.organisation.name

    @property
    def institution_id(self) -> UUID:
        """An institution belongs to itself: lets one rule serve everything that belongs to it."""
        return self.pk

    @property
    def name(self) -> str:
        return self.organisation.name
