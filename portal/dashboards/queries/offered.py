"""Providers and releases by which boards can be narrowed, and the names of bodies that figures tell of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import F

from portal.accounts.models import Organisation


@dataclass(frozen=True)
class Offered:
    """Releases as (id, words, id of the provider, the provider's name), by provider and name.

    `bodies` are the names of authorities and providers by id.
    """

    releases: tuple[tuple[str, str, str, str], ...] = ()
    bodies: Mapping[str, str] = field(default_factory=dict)

    @property
    def providers(self) -> list[tuple[str, str]]:
        """(id, name), by name."""
        return sorted({(pk, name) for _release, _words, pk, name in self.releases}, key=lambda one: one[1].lower())

    def of(self, provider: str = "") -> list[tuple[str, str | list[tuple[str, str]]]]:
        """Choices for a select: one provider's releases, or all of them in groups by provider."""
        if provider:
            return [(pk, words) for pk, words, whose, _name in self.releases if whose == provider]
        return [
            (name, [(pk, words) for pk, words, whose, _name in self.releases if whose == key])
            for key, name in self.providers
        ]

    def called(self) -> dict[str, str]:
        """Release → its words."""
        return {pk: words for pk, words, _whose, _name in self.releases}


def offered(providers: Iterable[str] = ()) -> Offered:
    """Every release that was announced; of `providers` alone where some are given. One query."""
    rows = Organisation.objects.filter(kind__in=["authority", "provider"])
    if own := list(providers):
        rows = rows.filter(pk__in=own)
    release = F("models__releases__pk").asc(nulls_first=True)
    found = list(
        rows.order_by("name", "models__name", "models__releases__version", release).values_list(
            "pk", "name", "models__name", "models__releases__version", "models__releases__pk"
        )
    )
    return Offered(
        tuple(
            (str(one), f"{model} {version}", str(pk), name)
            for pk, name, model, version, one in found
            if one is not None
        ),
        {str(pk): name for pk, name, *_rest in found},
    )
