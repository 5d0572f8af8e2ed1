"""Reads of third parties, and the codes that show that somebody reads the mailbox."""

from __future__ import annotations

import hmac
import secrets
from uuid import UUID

from django.core.cache import cache
from django.db.models import QuerySet

from partners.models import Application, Referee
from portal.accounts.models.invitation import token_hash

CODE_SECONDS = 900
AGAIN_SECONDS = 60
TRIES = 5
"""Guesses at one code; then a new one has to be asked for."""
CODES_A_DAY = 10


def referees_of(application: Application, body_id: UUID | None) -> QuerySet[Referee]:
    """The third parties that the body asked in this case, in the order of asking."""
    return Referee.objects.filter(application=application, asked_body=body_id).order_by("asked_at", "id")


def referee_with(token: str) -> Referee | None:
    """Whose link it is, whatever became of it. None for one that was never sent or was replaced by a newer one."""
    rows = Referee.objects.filter(token_hash=token_hash(token))
    found: Referee | None = rows.select_related("application__institution__organisation", "asked_body").first()
    return found


def new_code(referee: Referee) -> str | None:
    """A code of six digits for the mailbox, valid for a quarter of an hour; None where one went out a moment ago.

    Kept in the cache as its hash: if the cache is lost, a new one is asked for.
    """
    key = str(referee.pk)
    cache.add(f"referee-codes:{key}", 0, 86_400)
    if not cache.add(f"referee-pause:{key}", 1, AGAIN_SECONDS) or cache.incr(f"referee-codes:{key}") > CODES_A_DAY:
        return None
    code = f"{secrets.randbelow(10**6):06d}"
    cache.set(f"referee-code:{key}", token_hash(key + code), CODE_SECONDS)
    cache.set(f"referee-tries:{key}", TRIES, CODE_SECONDS)
    return code


def is_code(referee: Referee, code: str) -> bool:
    """Whether it is the code sent last. Each question costs a try; a code is good once."""
    key = str(referee.pk)
    kept = cache.get(f"referee-code:{key}")
    if kept is None or cache.decr(f"referee-tries:{key}") < 0:
        return False
    if not hmac.compare_digest(kept, token_hash(key + code.strip().replace(" ", ""))):
        return False
    cache.delete(f"referee-code:{key}")
    return True
