"""What the readers of forms other than OSCAL share: groups and controls collected in order, each once, or skipped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from portal.core.oscal import MAX_CONTROLS, MAX_TEXT, CatalogueError, ControlRow, GroupRow, Read, Skipped

Prop = dict[str, Any]


class Collector:
    """Fills a Read. Identifiers are unique in a catalogue, groups and controls apart."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._groups: set[str] = set()
        self._controls: set[str] = set()

    def group(self, key: str, title: str, *, overview: str = "", parent: str = "", depth: int = 0) -> str:
        """Have the group; the first mention of it says what it is called. Gives its key."""
        key = key[:120]
        if key not in self._groups:
            self._groups.add(key)
            self._read.groups.append(GroupRow(key, title[:300], overview[:MAX_TEXT], parent[:120], depth))
        return key

    def control(
        self, key: str, *, group: str, title: str, statement: str, label: str = "", guidance: str = "",
        klass: str = "", parent: str = "", props: list[Prop] | None = None, links: list[Prop] | None = None,
        where: str = "",
    ) -> bool:  # fmt: skip
        """Take a control, or list why not. A parent that is not there (yet) leaves the control on its own."""
        where = where or key
        if not key or len(key) > 120 or not statement:
            return self.skip(where, _("A control needs an identifier of at most 120 characters and a text."))
        if max(len(statement), len(guidance)) > MAX_TEXT:
            return self.skip(where, _("Its text is longer than %(most)s characters.") % {"most": f"{MAX_TEXT:,}"})
        if key in self._controls:
            return self.skip(where, _("The identifier %(key)s is there twice; the first one counts.") % {"key": key})
        if len(self._controls) >= MAX_CONTROLS:
            raise CatalogueError(_("The file has more than %(most)s controls.") % {"most": f"{MAX_CONTROLS:,}"})
        self._controls.add(key)
        self._read.controls.append(
            ControlRow(
                oscal_id=key,
                group=group,
                parent=parent if parent in self._controls else "",
                label=(label or key)[:60],
                klass=klass[:60],
                title=(title or shortened(statement))[:300],
                statement=statement,
                guidance=guidance,
                props=props or [],
                params=[],
                links=links or [],
            )
        )
        return True

    def skip(self, where: str, why: str) -> bool:
        self._read.skipped.append(Skipped(where[:300] or "?", why))
        return False

    def has(self, key: str) -> bool:
        return key in self._controls


def shortened(text: str, most: int = 100) -> str:
    """The beginning of a text as a title, up to the end of a word."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: line.rfind(" ", most // 2, most) if " " in line[most // 2 : most] else most].rstrip(",;:") + "…"


def prop(name: str, value: str) -> Prop:
    return {"name": name, "value": value}


def items(parent: Any, name: str) -> Iterator[dict[str, Any]]:
    """The mappings in a list of the parent; anything else there is passed over."""
    found = parent.get(name) if isinstance(parent, dict) else None
    if isinstance(found, list):
        yield from (item for item in found if isinstance(item, dict))


def texts(item: dict[str, Any], name: str) -> list[str]:
    """The texts in a list of the item."""
    found = item.get(name)
    return [value for value in found if isinstance(value, str)] if isinstance(found, list) else []


def words(item: dict[str, Any], name: str) -> str:
    """A text on one line."""
    value = item.get(name)
    return " ".join(value.replace("\x00", "").split()) if isinstance(value, str) else ""


def prose(item: dict[str, Any], name: str) -> str:
    """A text with its paragraphs: single line breaks are those of the file, not of the author."""
    value = item.get(name)
    if not isinstance(value, str):
        return ""
    paragraphs = value.replace("\x00", "").replace("\r\n", "\n").split("\n\n")
    return "\n\n".join(text for part in paragraphs if (text := " ".join(part.split())))
