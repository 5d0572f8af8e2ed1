"""Providers and releases by which boards can be narrowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from grants.models import Release


@dataclass(frozen=True)
class Offered:
    """Releases as (id, words, id of the provider, the provider's name), by provider and name."""

    releases: tuple[tuple[str, str, str, str], ...] = ()

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
    rows = Release.objects.filter(provider__in=list(providers)) if providers else Release.objects.all()
    found = rows.order_by("provider__name", "model__name", "version").values_list(
        "pk", "model__name", "version", "provider", "provider__name"
    )
    return Offered(tuple((str(pk), f"{name} {version}", str(whose), whom) for pk, name, version, whose, whom in found))
