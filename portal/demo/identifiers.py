"""Identifiers of bodies that do not exist, with right check digits."""

from __future__ import annotations

import random
import string

from stdnum.iso7064 import mod_97_10

from portal.core.identifiers import CROCKFORD, ror_check_digits


def make_lei(rng: random.Random) -> str:
    """An LEI (ISO 17442) with the prefix of no issuer and right ISO 7064 MOD 97-10 check digits."""
    base = "000000" + "".join(rng.choices(string.ascii_uppercase + string.digits, k=12))
    return base + str(mod_97_10.calc_check_digits(base))


def make_ror(rng: random.Random) -> str:
    """A ROR identifier as its address: 0, six base-32 characters and two check digits."""
    number = "0" + "".join(rng.choices(CROCKFORD, k=6))
    return f"https://ror.org/{number}{ror_check_digits(number)}"
