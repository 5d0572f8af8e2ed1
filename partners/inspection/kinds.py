"""Kinds of files that are kept, and what an inspection answers."""

from __future__ import annotations

from dataclasses import dataclass

PDF, PNG, JPEG, TEXT = "application/pdf", "image/png", "image/jpeg", "text/plain"
OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
EXTENSIONS = {
    PDF: {"pdf"},
    PNG: {"png"},
    JPEG: {"jpg", "jpeg"},
    TEXT: {"txt", "csv", "md", "log"},
    **{kind: {name} for name, kind in OFFICE.items()},
}
"""Types that are kept, and the ends of names that go with them."""
ACCEPT = ",".join(sorted(f".{end}" for ends in EXTENSIONS.values() for end in ends))


@dataclass(frozen=True, slots=True)
class Inspected:
    """The type by content, or the reason why the file is refused."""

    content_type: str = ""
    reason: str = ""

    def __bool__(self) -> bool:
        return not self.reason


def no(reason: str) -> Inspected:
    """A refusal with its reason."""
    return Inspected(reason=reason)
