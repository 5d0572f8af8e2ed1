"""Organisations: institutions, authorities, providers and oversight bodies, each in one jurisdiction."""

from __future__ import annotations

from typing import ClassVar

import pycountry
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import TextChoices
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal.accounts.states import ORGANISATION
from portal.core import clock
from portal.workflow import LifecycleModel, lifecycle_triggers


def validate_jurisdiction(code: str) -> None:
    """ISO 3166-1 alpha-2, or EU for bodies of the Union."""
    if code != "EU" and not pycountry.countries.get(alpha_2=code):
        raise ValidationError(_("Choose a country from the list (ISO 3166)."), code="jurisdiction")


def jurisdiction_choices() -> list[tuple[str, str]]:
    """(code, name) of every country, by name, with the European Union among them."""
    named = [(country.alpha_2, getattr(country, "common_name", country.name)) for country in pycountry.countries]
    return sorted([*named, ("EU", "European Union")], key=lambda pair: pair[1])


def jurisdiction_name(code: str) -> str:
    """The country's name in English; the code itself where it is unknown."""
    if code == "EU":
        return "European Union"
    country = pycountry.countries.get(alpha_2=code)
    return getattr(country, "common_name", country.name) if country else code


class Organisation(LifecycleModel):
    """A body that takes part in the scheme."""

    TABLE = ORGANISATION

    class Kind(TextChoices):
        INSTITUTION = "institution", _("Institution")
        AUTHORITY = "authority", _("Authority")
        PROVIDER = "provider", _("Provider")
        OVERSIGHT = "oversight", _("Oversight body")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=200)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2, validators=[validate_jurisdiction])
    website = models.URLField(_("website"), blank=True)
    created_at = models.DateTimeField(_("since"), default=clock.now, editable=False)

    class Meta(LifecycleModel.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        triggers = lifecycle_triggers(ORGANISATION)
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), "kind", "jurisdiction", name="organisation_once"),
            models.CheckConstraint(
                condition=models.Q(kind__in=["institution", "authority", "provider", "oversight"]),
                name="organisation_kind",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["kind", "name"], name="organisation_kind_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def organisation_id(self) -> object:
        """An organisation belongs to itself: lets one rule serve everything that belongs to a body."""
        return self.pk

    @property
    def jurisdiction_name(self) -> str:
        return jurisdiction_name(self.jurisdiction)
