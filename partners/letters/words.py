"""Words that all letters share, dates, countries, and the place where a letter can be checked."""

from __future__ import annotations

import gettext as stored
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from typing import Any

import pycountry
from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from partners.models import Application
from partners.rules.letter import written
from portal.accounts.models.organisation import jurisdiction_name

Facts = Iterable[tuple[str, str]]


def day(value: date | datetime) -> str:
    """A date in words, such as 22 November 2026, in the active language."""
    return date_format(value, _("j F Y"), use_l10n=False)


def country(code: str) -> str:
    """A country's name in the active language."""
    language = (get_language() or "en")[:2]
    name = jurisdiction_name(code)
    if language == "en":
        return name
    if code == "EU":
        return _("European Union")
    found = pycountry.countries.get(alpha_2=code)
    return str(_countries(language).gettext(found.name)) if found else code


@cache
def _countries(language: str) -> stored.NullTranslations:
    return stored.translation("iso3166-1", pycountry.LOCALES_DIR, languages=[language], fallback=True)


def of_the_rules(text: object) -> str:
    """A text of the rulebook in the active language, where the catalogue has it."""
    return _(str(text)) if str(text) else ""


def facts(pairs: Facts) -> list[list[str]]:
    """Label and value, without those of which nothing is known."""
    return [[str(label), str(value)] for label, value in pairs if value]


def frame(application: Application, *, made: datetime, code: str) -> dict[str, Any]:
    """What surrounds every letter: who writes to whom, when, and how it can be checked."""
    address = f"{settings.BASE_URL}{reverse('partners:verify')}"
    return {
        "words": {
            "to": _("To"),
            "date": _("Date"),
            "number": _("Number"),
            "page": _("Page"),
            "of": _("of"),
            "signed_by": _("Signed by"),
            "for": _("For"),
            "on": _("On"),
        },
        "number": application.reference,
        "date": day(made),
        "institution": application.institution.name,
        "authority": application.authority.name,
        "check": {
            "title": _("Is this letter genuine?"),
            "text": _(
                "It carries an electronic seal, which PDF readers show. Anyone can check it, and how things stand"
                " now, with this code or the file itself:"
            ),
            "code": written(code),
            "raw": code,
            "address": address.partition("://")[2],
            "url": f"{address}?code={written(code)}",
        },
        "facts": [],
        "paragraphs": [],
        "quote": None,
        "lists": [],
        "signatures": [],
    }
