"""Start-up checks of the seal's key: without it no decision could be made, and a wrong one makes worthless letters."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from portal.core import clock
from portal.seal.keys import SealError, certificates

SOON = timedelta(days=45)
SELF_MADE = "Self-made on this machine"
"""The organisation in certificates that portal/local makes for a demonstration."""
HOW = "Set SEAL_KEY and SEAL_CHAIN, or SEAL_BACKEND for a key in a module (docs/operations.md)."


@register(Tags.security, deploy=True)
def seal(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """E013, E014, W004: the key answers and fits; its certificate may sign, is of this time and no demonstration's."""
    try:
        chain = import_string(settings.SEAL_BACKEND)().chain
        for trusted in (settings.SEAL_EARLIER, settings.SEAL_PEERS):
            certificates(trusted)
    except (SealError, ImportError) as problem:
        return [Error(f"Letters cannot be signed. {problem}", hint=HOW, id="portal.E013")]
    return _certificate(chain[0])


def _certificate(found: x509.Certificate) -> list[CheckMessage]:
    now = clock.now()
    wrong = []
    if not found.not_valid_before_utc <= now <= found.not_valid_after_utc:
        wrong.append(f"is valid from {found.not_valid_before_utc:%-d %B %Y} to {found.not_valid_after_utc:%-d %B %Y}")
    if not _may_sign(found):
        wrong.append("is not made for signing documents (key usage: digital signature or non-repudiation)")
    if SELF_MADE in _organisations(found):
        wrong.append("is the one that a demonstration made for itself")
    if wrong:
        text = "; ".join(wrong)
        return [Error(f"The certificate of the seal {text}.", hint=HOW, id="portal.E014")]
    if found.not_valid_after_utc - now < SOON:
        day = f"{found.not_valid_after_utc:%-d %B %Y}"
        hint = "Have a new one issued, and put the former root into SEAL_EARLIER."
        return [Caution(f"The certificate of the seal ends on {day}.", hint=hint, id="portal.W004")]
    return []


def _may_sign(found: x509.Certificate) -> bool:
    try:
        usage = found.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return bool(usage.digital_signature or usage.content_commitment)


def _organisations(found: x509.Certificate) -> list[str]:
    return [str(item.value) for item in found.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
