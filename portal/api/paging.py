"""Page tokens of searches: sealed, so that nobody reads or makes one, and good for one asker and one question only."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from portal.api.policies import AnySearch
from portal.api.schema import MOST_RESULTS

SECONDS = 3600
"""How long the next page can be asked for."""
USUAL = 50
"""Results on a page unless the question says how many."""


class NotOurs(ValueError):
    """The token was made by somebody else, for another question or asker, or too long ago."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page begins and how many results it holds at most."""

    after: str
    limit: int


def place_of(asked: AnySearch, provider_id: UUID) -> Place:
    """Where the page asked for begins. Raises NotOurs.

    With a token everything else has to be as it was when the first page was asked for (AuthZEN 1.0 §8.2). The number of
    results may be left out: then it stays.
    """
    limit = None if asked.page.limit is None else min(asked.page.limit, MOST_RESULTS)
    if not asked.page.token:
        return Place("", USUAL if limit is None else limit)
    try:
        content = _box().decrypt(asked.page.token.encode(), ttl=SECONDS)
    except (InvalidToken, ValueError) as error:
        raise NotOurs from error
    provider, question, same, after = json.loads(content)
    if (provider, question) != (str(provider_id), _digest(asked)) or (limit is not None and limit != same):
        raise NotOurs
    return Place(after, same)


def token_for(asked: AnySearch, provider_id: UUID, place: Place) -> str:
    """The token of the page that begins there."""
    content = json.dumps([str(provider_id), _digest(asked), place.limit, place.after])
    return _box().encrypt(content.encode()).decode()


def _digest(asked: AnySearch) -> str:
    """Of everything that was asked but the page."""
    content: dict[str, Any] = asked.model_dump(mode="json", exclude={"page"})
    said = json.dumps([type(asked).__name__, content], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _box() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [hashlib.sha256(f"portal.api.paging:{secret}".encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
