"""The desk's look: Unfold with the portal's tokens. Settings import the dictionary."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from portal.ui.tokens import tokens


def _sheet(_request: HttpRequest) -> str:
    return static("build/admin.css")


def _favicon(_request: HttpRequest) -> str:
    return static("build/favicon.svg")


UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Desk"),
    "SITE_HEADER": _("Trusted Partner Portal"),
    "SITE_URL": "/",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _favicon}],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": False,
    "BORDER_RADIUS": tokens()["radius"]["base"],
    "COLORS": {
        **tokens()["scale"],
        "font": {
            "subtle-light": "var(--color-base-600)",
            "subtle-dark": "var(--color-base-300)",
            "default-light": "var(--color-base-700)",
            "default-dark": "var(--color-base-200)",
            "important-light": "var(--color-base-900)",
            "important-dark": "var(--color-base-50)",
        },
    },
    "STYLES": [_sheet],
    "SIDEBAR": {"show_search": False, "command_search": False, "show_all_applications": False},
}
"""Colours, type and names of the desk. What stands in its sidebar comes from the desk's own navigation."""
