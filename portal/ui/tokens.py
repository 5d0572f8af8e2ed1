"""The design tokens, and everything generated from them.

`tokens.json` is the one place where a colour, a space or a size is written down. Style sheets, the admin's
palette, e-mails, letters and charts read what this module makes of it. After a change to the JSON run
`python -m portal.ui.tokens`; a test fails while the generated files are stale.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
PROJECT = ROOT.parent.parent
NOTE = "Generated from portal/ui/tokens.json by `python -m portal.ui.tokens`. Change the JSON, not this file."


@cache
def tokens() -> dict[str, Any]:
    """The tokens as they are in the JSON file."""
    loaded: dict[str, Any] = json.loads((ROOT / "tokens.json").read_text())
    return loaded


def colour(name: str) -> str:
    """A colour by name: `ink`, or `red.fill` for a part of a tone."""
    tone, _, part = name.partition(".")
    value = tokens()["tone"][tone][part] if part else tokens()["colour"][name]
    return str(value)


def custom_properties() -> dict[str, str]:
    """Every token as a CSS custom property name (without the dashes) and its value."""
    source = tokens()
    found = dict(source["colour"])
    for group in ("tone", "heat"):
        for name, parts in source[group].items():
            found |= {f"{group}-{name}-{part}": value for part, value in parts.items()}
    for group in ("radius", "space"):
        found |= {f"{group}-{name}": value for name, value in source[group].items()}
    found |= {f"size-{name}": _rem(value) for name, value in source["type"].items() if value.endswith("px")}
    return found | {"measure": source["type"]["measure"]}


def _rem(pixels: str) -> str:
    """Sizes of type follow the reader's own setting, so they leave here as rem."""
    return f"{int(pixels.removesuffix('px')) / 16:g}rem"


def scss() -> str:
    """The style sheets' half: USWDS theme colours by our names, a map of tones, and the custom properties."""
    source = tokens()
    lines = [f"// {NOTE}", ""]
    lines += [f"${name}: {value};" for name, value in source["colour"].items()]
    lines += [f'$family: "{source["type"]["family"]}";', f"$fallback: '{source['type']['fallback']}';"]
    lines += [
        f"${name}: {', '.join(json.dumps(key) for key in source[group])};"
        for name, group in (("tones", "tone"), ("heat", "heat"))
    ]
    lines += _mixin("custom-properties", custom_properties()) + _mixin("dark-properties", source["dark"])
    return "\n".join([*lines, ""])


def _mixin(name: str, properties: dict[str, str]) -> list[str]:
    return ["", f"@mixin {name} {{", *(f"  --tp-{key}: {value};" for key, value in properties.items()), "}"]


def typst() -> str:
    """The letters' half: a dictionary of colours and the family of type."""
    source = tokens()
    rows = [f'  "{name}": rgb("{value}"),' for name, value in source["colour"].items()]
    for tone, parts in source["tone"].items():
        rows += [f'  "{tone}-{part}": rgb("{value}"),' for part, value in parts.items()]
    return "\n".join(
        [f"// {NOTE}", "", "#let colour = (", *rows, ")", f'#let family = "{source["type"]["family"]}"', ""]
    )


def chart_json() -> str:
    """The charts' half: what charts.js hands to the drawing library."""
    source = tokens()
    theme = {
        "note": NOTE,
        "family": source["type"]["family"],
        "colour": source["colour"],
        "series": source["chart"],
        "tone": {name: parts["edge"] for name, parts in source["tone"].items()},
    }
    return json.dumps(theme, indent=2) + "\n"


GENERATED = {
    ROOT / "assets" / "scss" / "_tokens.scss": scss,
    ROOT / "assets" / "js" / "tokens.json": chart_json,
    PROJECT / "templates" / "documents" / "tokens.typ": typst,
}
"""Each generated file and what writes it."""


def stale() -> list[Path]:
    """Generated files that differ from what the tokens say now."""
    return [path for path, make in GENERATED.items() if not path.exists() or path.read_text() != make()]


def write() -> None:
    """Write every generated file."""
    for path, make in GENERATED.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make())


if __name__ == "__main__":
    write()
