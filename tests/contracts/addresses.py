"""Every address of the portal, found by walking the resolver: none can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    """One pattern: its full name with namespaces ("" where it has none) and its route."""

    name: str
    route: str


def _walk(resolver: URLResolver, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield Address(":".join([*spaces, entry.name]) if entry.name else "", route)
        else:
            yield from _walk(entry, route, (*spaces, entry.namespace) if entry.namespace else spaces)


def addresses() -> dict[str, Address]:
    """Key → address. The key is the name, or the route where there is no name or an earlier address has it already."""
    found: dict[str, Address] = {}
    for address in _walk(get_resolver()):
        key = address.name if address.name and address.name not in found else address.route
        found[key] = address
    return found
