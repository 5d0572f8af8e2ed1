"""The rulebook's words for what lines hold as keys."""

from __future__ import annotations

from collections.abc import Iterable

from portal.rulebook.schema import Rulebook, Term


class Words:
    """Labels by key; a key that the rulebook no longer has stands for itself."""

    def __init__(self, book: Rulebook) -> None:
        scope = book.scope
        self.book = book
        self._use_cases = _labels(scope.use_cases)
        self._data_classes = _labels(scope.data_classes)
        self._routes = _labels(scope.access_routes)
        self._tiers = _labels(scope.capability_tiers)
        self._safeguards = _labels(scope.safeguards)
        self._refusals = _labels(book.refusals.grant_line)
        self._declines = _labels(book.consent.decline_reasons)

    def use_case(self, key: str) -> str:
        return self._use_cases.get(key, key)

    def data_class(self, key: str) -> str:
        return self._data_classes.get(key, key)

    def route(self, key: str) -> str:
        return self._routes.get(key, key)

    def tier(self, key: str) -> str:
        return self._tiers.get(key, key)

    def safeguard(self, key: str) -> str:
        return self._safeguards.get(key, key)

    def safeguards(self, keys: Iterable[str]) -> list[str]:
        return [self.safeguard(key) for key in keys]

    def refusal(self, key: str) -> str:
        return self._refusals.get(key, key)

    def decline(self, key: str) -> str:
        return self._declines.get(key, key)


def _labels(terms: Iterable[Term]) -> dict[str, str]:
    return {term.key: term.label for term in terms}
