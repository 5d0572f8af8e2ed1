"""Deeds on signing keys. At any time each purpose has one key that signs and one, published already, that is next."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.ids import new_id
from portal.core.verdicts import refused, require
from portal.core.waking import wake
from portal.keys.backends import WrappedKeys, backend
from portal.keys.encoding import thumbprint
from portal.keys.models import SigningKey
from portal.keys.purposes import PURPOSES
from portal.keys.queries import active_key, upcoming_key
from portal.workflow import as_deed, create, move, record

TIER = "scheme"
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('portal.keys'), hashtext(%s))"


def _one_at_a_time(purpose: str) -> None:
    """Wait for whoever else changes which key of the purpose signs, until this deed ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [purpose])


@as_deed
def prepare_key(*, purpose: str, by: Actor) -> SigningKey:
    """Make the next key of the purpose, and publish it. Raises KeysError where the backend makes none."""
    holder, algorithm = backend(), PURPOSES[purpose].algorithm
    key = SigningKey(id=new_id(), purpose=purpose, algorithm=algorithm, backend=holder.name)
    key.handle, key.public = holder.create(label=key.label, algorithm=algorithm)
    key.kid = thumbprint(key.public)
    return create(key, "prepare", by=by, tier=TIER, detail={"purpose": purpose, "kid": key.kid, "alg": algorithm})


@as_deed
def ensure_keys(*, purpose: str, by: Actor = SYSTEM, spare: bool = True) -> SigningKey:
    """See that the purpose has a key that signs and (`spare`) one that is next. Returns the one that signs."""
    _one_at_a_time(purpose)
    active = active_key(purpose)
    if active is None:
        active = _activate(upcoming_key(purpose) or prepare_key(purpose=purpose, by=by), by=by, first=True)
    if spare and upcoming_key(purpose) is None:
        prepare_key(purpose=purpose, by=by)
    return active


@as_deed
def rotate_key(*, purpose: str, by: Actor) -> SigningKey:
    """The next key signs from now on; the former stays published for as long as what it signed may be valid.

    Raises Refused while the next one has not been published for long enough.
    """
    _one_at_a_time(purpose)
    former, following = active_key(purpose), upcoming_key(purpose)
    if following is None:
        require(refused(_("There is no next key yet."), code="no_next", rule="signing_key.activate"))
    assert following is not None
    if former is not None:
        now = clock.now()
        changes = {"retired_at": now, "published_until": former.kept_until(now)}
        move(former, "retire", by=by, tier=TIER, changes=changes, detail={"kid": former.kid})
    _activate(following, by=by, first=former is None)
    prepare_key(purpose=purpose, by=by)
    return following


@as_deed
def withdraw_key(*, key: SigningKey, reason: str, by: Actor) -> SigningKey:
    """Nobody is to trust the key from now on. If it signs, the next one does so at once. Raises Refused without words.

    Whoever cached it trusts it for PUBLISHED_MAX_AGE at most. What rests on it has to be signed anew by its owners.
    """
    _one_at_a_time(key.purpose)
    words = reason.strip()[:500]
    if not words:
        require(refused(_("Say why, for the record."), code="no_reason", rule="signing_key.withdraw"))
    signs, now = key.state == "active", clock.now()
    changes = {"withdrawn_at": now, "reason": words}
    move(key, "withdraw", by=by, tier=TIER, changes=changes, detail={"kid": key.kid, "reason": words})
    if signs:
        _activate(upcoming_key(key.purpose) or prepare_key(purpose=key.purpose, by=by), by=by, after_leak=True)
    if upcoming_key(key.purpose) is None:
        prepare_key(purpose=key.purpose, by=by)
    wake()
    return key


@as_deed
def end_key(*, key: SigningKey, by: Actor) -> SigningKey:
    """Publish a retired key no longer. Raises Refused while something that it signed may be valid."""
    return move(key, "end", by=by, tier=TIER, detail={"kid": key.kid})


@as_deed
def wrap_anew(*, key: SigningKey, by: Actor = SYSTEM) -> SigningKey:
    """Encrypt the private key by the first key of KEYS_WRAPPING, so that a former one can go."""
    handle = WrappedKeys().wrap_anew(label=key.label, handle=bytes(key.handle))
    return record(key, "wrap_anew", by=by, tier=TIER, changes={"handle": handle}, detail={"kid": key.kid})


def _activate(key: SigningKey, *, by: Actor, first: bool = False, after_leak: bool = False) -> SigningKey:
    key.replaces_none, key.replaces_withdrawn = first, after_leak
    now = clock.now()
    changes = {"activated_at": now, "rotate_from": now + key.rules.used}
    return move(key, "activate", by=by, tier=TIER, changes=changes, detail={"purpose": key.purpose, "kid": key.kid})
