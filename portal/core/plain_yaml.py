"""YAML from outside: lists, mappings and texts, and nothing else that YAML could do.

No tags, no types (`no` is the text “no”), no anchors and aliases, by which a small file stands for a huge one. Nesting
and the number of things in it are limited before anything is built. C does the reading: the pure parser of PyYAML
takes a minute for 5 MB.
"""

from __future__ import annotations

from typing import Any

import yaml
from django.utils.translation import gettext as _

from portal.core.oscal import CatalogueError

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 30
MAX_NODES = 200_000
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def read_yaml(content: bytes) -> dict[str, Any]:
    """The mapping at the top of a YAML file in UTF-8. Raises CatalogueError with a sentence for the person."""
    if len(content) > MAX_BYTES:
        raise CatalogueError(_("The file is larger than 5 MB."))
    try:
        text = content.decode("utf-8-sig")
        _look(text)
        document = yaml.load(text, Loader=_Loader)  # noqa: S506 it builds lists, mappings and texts alone
    except CatalogueError:
        raise
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError, TypeError, ValueError) as error:
        raise CatalogueError(_("The file is not YAML in UTF-8.")) from error
    if "\x00" in text or not isinstance(document, dict):
        raise CatalogueError(_("This is no catalogue: its top is not a mapping."))
    return document


def _look(text: str) -> None:
    """Go through the file's events, which cost next to nothing, before anything is made of them."""
    depth = documents = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if isinstance(event, yaml.AliasEvent):
            raise CatalogueError(_("The file refers to parts of itself (YAML aliases). Write each part out."))
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        documents += isinstance(event, yaml.DocumentStartEvent)
        if depth > MAX_DEPTH or nodes > MAX_NODES or documents > 1:
            raise CatalogueError(
                _("The file is nested too deeply, has too much in it, or is several documents: it is no catalogue.")
            )
