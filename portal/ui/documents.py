"""Letters, certificates and reports: tagged PDF (PDF/UA-1) by Typst, in the portal's own type and colours.

Data go in as JSON through `sys.inputs` and are never pasted into markup, so nothing that a person typed
can become a command. Templates are in templates/documents and begin with `#import "base.typ": …`.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import typst

from portal.core import clock
from portal.core.canonical import plain
from portal.ui.tokens import PROJECT

TEMPLATES = PROJECT / "templates" / "documents"
FONTS = Path(__file__).resolve().parent / "fonts"
"""Public Sans as TrueType, laid there by `npm run build`."""


class DocumentError(Exception):
    """The template could not be set: a mistake in the template, or data that it does not expect."""


@cache
def _fonts() -> typst.Fonts:
    """The fonts, read once a process: Public Sans, and Typst's own for what it lacks."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[FONTS])


def render_pdf(
    template: str, data: dict[str, Any], *, title: str, lang: str = "en", at: datetime | None = None
) -> bytes:
    """The document as tagged PDF.

    `template` is a file of templates/documents. `data` may hold dates, UUIDs and decimals: they arrive as text.
    `at` is the document's own time (now, by default); the same data at the same time give the same bytes.
    Raises DocumentError with Typst's own words.
    """
    inputs = {"data": json.dumps(plain(data), ensure_ascii=False), "title": title, "lang": lang}
    compiler = typst.Compiler(
        TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs
    )
    moment = int((at or clock.now()).timestamp())
    try:
        made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=moment)
    except typst.TypstError as error:
        raise DocumentError(f"{template}: {error.message} {' '.join(error.hints)}") from error
    if not isinstance(made, bytes):
        raise DocumentError(f"{template}: no document was made")
    return made
