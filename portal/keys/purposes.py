"""What keys are for. A key has one purpose and one algorithm, so that a token of one kind never passes for another."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text

RS256, ES256 = "RS256", "ES256"
RSA_BITS = 3072
"""More than the 2048 that the Shared Signals Framework asks for; 128 bits of strength (NIST SP 800-57)."""
PUBLISHED_MAX_AGE = timedelta(minutes=5)
"""For how long others may cache the published keys: a withdrawn key is trusted by nobody after that."""
PUBLISHED_AHEAD = timedelta(hours=24)
"""How long before its first use a key is published: longer than anybody caches, however they round max-age up."""


@dataclass(frozen=True)
class Purpose:
    """`used`: a key signs for so long, then the next one does. `valid`: nothing that it signs is valid for longer."""

    slug: str
    label: Text
    algorithm: str
    used: timedelta
    valid: timedelta


PURPOSES: dict[str, Purpose] = {
    purpose.slug: purpose
    for purpose in (
        Purpose("signals", _("Signals to gateways"), RS256, timedelta(days=90), timedelta(days=30)),
        Purpose("credentials", _("Credentials of partners"), ES256, timedelta(days=90), timedelta(days=366)),
        Purpose("status", _("Status lists of credentials"), ES256, timedelta(days=90), timedelta(days=2)),
    )
}
CHOICES = [(purpose.slug, purpose.label) for purpose in PURPOSES.values()]
