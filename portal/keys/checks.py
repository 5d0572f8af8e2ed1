"""Start-up checks of signing keys: without them gateways get neither signals nor credentials."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from portal.keys.backends import KeysError, WrappedKeys, backend, wrapping_keys

HOW = "Set KEYS_WRAPPING to 32 random bytes in base64url, away from the database, or KEYS_BACKEND (docs/operations.md)."


@register(Tags.security, deploy=True)
def signing_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E017: signing keys cannot be kept: nothing encrypts them, or their module is not there."""
    try:
        if isinstance(backend(), WrappedKeys):
            found = wrapping_keys()
            if any(len(set(key)) < 8 for key in found) or settings.KEYS_WRAPPING in (
                settings.SECRET_KEY, settings.LEDGER_KEY,
            ):  # fmt: skip
                raise KeysError("KEYS_WRAPPING is not random, or has another use.")
    except (KeysError, ImportError) as problem:
        return [Error(f"Signals and credentials cannot be signed. {problem}", hint=HOW, id="portal.E017")]
    return []
