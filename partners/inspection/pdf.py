"""PDF: readable, and with nothing in it that acts by itself."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pikepdf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.content import Content
from partners.inspection.kinds import PDF, Inspected, no

MAX_PDF_OBJECTS = 300_000
ACTIVE_KEYS = {
    "/JS": gettext_lazy("JavaScript"),
    "/JavaScript": gettext_lazy("JavaScript"),
    "/EmbeddedFile": gettext_lazy("an embedded file"),
    "/EmbeddedFiles": gettext_lazy("embedded files"),
    "/EF": gettext_lazy("an embedded file"),
    "/AA": gettext_lazy("automatic actions"),
    "/RichMedia": gettext_lazy("rich media"),
    "/RichMediaContent": gettext_lazy("rich media"),
    "/XFA": gettext_lazy("a dynamic form (XFA)"),
}
ACTIVE_ACTIONS = {
    "/JavaScript": gettext_lazy("JavaScript"),
    "/Launch": gettext_lazy("an action that starts a program"),
    "/SubmitForm": gettext_lazy("a form that sends data away"),
    "/ImportData": gettext_lazy("an action that loads data"),
    "/GoToE": gettext_lazy("an action that opens an embedded file"),
    "/GoToR": gettext_lazy("an action that opens another file"),
    "/Rendition": gettext_lazy("multimedia"),
    "/Movie": gettext_lazy("multimedia"),
    "/Sound": gettext_lazy("multimedia"),
}


def pdf(content: Content) -> Inspected:
    """Whether it is a PDF that may be kept."""
    try:
        with pikepdf.open(content.reader(), suppress_warnings=True) as document:
            if document.is_encrypted:
                return no(_("This PDF is locked with a password. Send it without one."))
            if len(document.objects) > MAX_PDF_OBJECTS:
                return no(_("This PDF has too many parts to be checked. Print it to a new PDF."))
            if len(document.pages) == 0:
                return no(_("This PDF has no pages."))
            found = _active(document)
    except pikepdf.PasswordError:
        return no(_("This PDF is locked with a password. Send it without one."))
    except (pikepdf.PdfError, ValueError, RuntimeError, RecursionError, TypeError):
        return no(_("This PDF is damaged. Export it again."))
    if found:
        return no(_("This PDF is active: it holds %(what)s. Print it to a new PDF and send that.") % {"what": found})
    return Inspected(PDF)


def _active(document: pikepdf.Pdf) -> str:
    """What in the document acts by itself, or "". Reads every object, so nothing hides in an odd place."""
    opening = document.Root.get("/OpenAction")
    if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != pikepdf.Name("/GoTo"):
        return _("an action that runs when it is opened")
    for item in [*document.objects, document.trailer]:
        if found := _look(item, 0):
            return found
    return ""


def _look(item: Any, depth: int) -> str:
    if depth > 12:
        return _("parts that are nested too deep")
    if isinstance(item, pikepdf.Stream):
        item = item.stream_dict
    if isinstance(item, pikepdf.Dictionary):
        return _named(item) or _inside(item.values(), depth)
    if isinstance(item, pikepdf.Array):
        return _inside(item, depth)
    return ""


def _inside(values: Iterable[Any], depth: int) -> str:
    """Direct parts only: indirect ones are objects of their own, and are looked at there."""
    for value in values:
        direct = isinstance(value, pikepdf.Dictionary | pikepdf.Array) and not value.is_indirect
        if direct and (found := _look(value, depth + 1)):
            return found
    return ""


def _named(item: pikepdf.Dictionary) -> str:
    """What the dictionary's own keys say it does."""
    if item.get("/Type") == pikepdf.Name("/EmbeddedFile"):
        return str(ACTIVE_KEYS["/EmbeddedFile"])
    for key in item.keys():  # noqa: SIM118 a PDF dictionary is not iterable by itself
        if key in ACTIVE_KEYS:
            return str(ACTIVE_KEYS[key])
    action = item.get("/S")
    if isinstance(action, pikepdf.Name) and item.get("/Type") != pikepdf.Name("/StructElem"):
        return str(ACTIVE_ACTIONS.get(str(action), ""))
    return ""
