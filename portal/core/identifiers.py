"""Identifiers of organisations: LEI, ROR and internet domain, checked by their own arithmetic and not only by pattern.

Each function takes what a person typed and returns the identifier in its one written form, or raises
`IdentifierError` with a sentence that says what to do.
"""

from __future__ import annotations

import re
import unicodedata

import idna
from django.utils.translation import gettext as _
from stdnum import lei as stdnum_lei
from stdnum.exceptions import InvalidChecksum, ValidationError

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base-32 digits in order: no i, l, o or u."""
_ROR_ADDRESS = re.compile(r"^(?:https?://)?(?:www\.)?ror\.org/", re.IGNORECASE)
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MAX_TYPED = 300
"""Longer input than this is no identifier with decoration round it."""


class IdentifierError(ValueError):
    """The text is not such an identifier. The message is for the person who typed it."""


def _typed(value: object) -> str:
    if not isinstance(value, str):
        raise IdentifierError(_("Enter the identifier as text."))
    if len(value) > _MAX_TYPED:
        raise IdentifierError(_("This is too long to be an identifier. Check what you pasted."))
    return "".join(char for char in value if not char.isspace() and unicodedata.category(char) not in ("Cf", "Cc"))


def clean_lei(value: object) -> str:
    """The Legal Entity Identifier (ISO 17442: 20 characters, check digits by ISO 7064 MOD 97-10) in capitals."""
    text = _typed(value).replace("-", "").upper()
    if len(text) != 20:
        raise IdentifierError(_("An LEI has 20 letters and digits; this has %(count)s.") % {"count": len(text)})
    if not (text.isascii() and text.isalnum() and text[18:].isdigit()):
        raise IdentifierError(_("An LEI has only the letters A to Z and digits, and ends in two digits."))
    if not 2 <= int(text[18:]) <= 98:
        # The remainder alone would let 01 pass for 98 and 99 for 02: ISO 7064 gives check digits from 02 to 98.
        raise IdentifierError(_("The check digits of this LEI do not match. Compare it with the GLEIF register."))
    try:
        return str(stdnum_lei.validate(text))
    except InvalidChecksum as error:
        raise IdentifierError(
            _("The check digits of this LEI do not match. Compare it with the GLEIF register.")
        ) from error
    except ValidationError as error:
        raise IdentifierError(_("This is not an LEI. Copy it from the GLEIF register.")) from error


def ror_check_digits(number: str) -> str:
    """The two check digits for the seven base-32 characters of a ROR identifier (ISO 7064 MOD 97-10)."""
    value = 0
    for char in number:
        value = value * 32 + CROCKFORD.index(char)
    return f"{98 - value * 100 % 97:02d}"


def clean_ror(value: object) -> str:
    """The ROR identifier as its address, `https://ror.org/0…`: a zero, six base-32 characters, two check digits."""
    text = _ROR_ADDRESS.sub("", _typed(value)).lower().rstrip("/")
    if len(text) != 9 or not text.startswith("0"):
        raise IdentifierError(
            _("A ROR identifier starts with 0 and has 9 characters, as in https://ror.org/03yrm5c26.")
        )
    number, check = text[:7], text[7:]
    if any(char not in CROCKFORD for char in number) or not (check.isascii() and check.isdigit()):
        raise IdentifierError(_("A ROR identifier has no letters i, l, o or u, and ends in two digits."))
    if ror_check_digits(number) != check:
        raise IdentifierError(_("The check digits of this ROR identifier do not match. Copy it from ror.org."))
    return f"https://ror.org/{text}"


def clean_domain(value: object) -> str:
    """The internet domain in ASCII lower case (IDNA 2008), without scheme, path or a leading `www.`."""
    text = _SCHEME.sub("", _typed(value)).rstrip(".").lower()
    text = text.split("/", 1)[0].removeprefix("www.")
    if "@" in text:
        raise IdentifierError(_("Enter only the part after the @ sign, such as institute.example."))
    if ":" in text:
        raise IdentifierError(_("Enter the domain without a port number."))
    try:
        domain = idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError) as error:
        raise IdentifierError(_("This is not a domain. Enter it as in institute.example.")) from error
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit() or not all(re.fullmatch(r"[a-z0-9-]{1,63}", label) for label in labels):
        raise IdentifierError(_("This is not a domain. Enter it as in institute.example."))
    return domain
