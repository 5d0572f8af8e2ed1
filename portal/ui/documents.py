"""Letters, certificates and reports: tagged PDF (PDF/UA-1) by Typst, in the portal's own type and colours.

Data go in as JSON through `sys.inputs` and are never pasted into markup, so nothing that a person typed
can become a command. Templates are in templates/documents and begin with `#import "base.typ": …`.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from portal.core import clock
from portal.core.canonical import plain
from portal.ui.tokens import PROJECT

TEMPLATES = PROJECT / "templates" / "documents"
FONTS = Path(__file__).resolve().parent / "fonts"
"""Public Sans as TrueType, laid there by `npm run build`."""


UNDRAWABLE = "PDF/UA-1 error: the text"
"""How Typst begins to say that a character has no shape, or may not stand in a text."""
LATIN = 0x17F
"""Up to here the portal's own type has every letter."""
_ONE = b"""#set document(title: "-")
#set text(font: "Public Sans")
#sys.inputs.char
"""


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
    A character that no font of ours has is written as its number, such as `[U+7814]`: a name in another script delays
    no letter, and what stands there can be looked up. Raises DocumentError with Typst's own words.
    """
    source, moment = TEMPLATES / template, int((at or clock.now()).timestamp())
    inputs = {"data": json.dumps(plain(data), ensure_ascii=False), "title": title, "lang": lang}
    try:
        try:
            return _compiled(source, inputs, moment)
        except typst.TypstError as error:
            if UNDRAWABLE not in error.message:
                raise
            return _compiled(source, {name: _drawn(text) for name, text in inputs.items()}, moment)
    except typst.TypstError as error:
        raise DocumentError(f"{template}: {error.message} {' '.join(error.hints)}") from error


def _compiled(source: Any, inputs: dict[str, str], moment: int) -> bytes:
    compiler = typst.Compiler(
        source, root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs=inputs
    )  # fmt: skip
    made = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=moment)
    if not isinstance(made, bytes):
        raise DocumentError("No document was made.")
    return made


def _drawn(text: str) -> str:
    """The text with each character that cannot be set as its number; marks without a shape are left out."""
    wrong = {char for char in set(text) if ord(char) > LATIN and not _is_drawable(char)}
    return "".join(_number(char) if char in wrong else char for char in text)


def _number(char: str) -> str:
    return "" if unicodedata.category(char) in ("Cf", "Mn") else f"[U+{ord(char):04X}]"


@lru_cache(maxsize=4096)
def _is_drawable(char: str) -> bool:
    """Whether Typst can set the character: a document of nothing else is tried, which takes some milliseconds."""
    try:
        _compiled(_ONE, {"char": char}, 0)
    except typst.TypstError:
        return False
    return True
