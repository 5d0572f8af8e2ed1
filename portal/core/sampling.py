#!/usr/bin/env python3
"""Draw a sample of controls by a lot that nobody chose, or check one that was drawn. Needs Python 3.9 and nothing else.

    python3 redraw.py draw.json            checks the file of a draw, as the portal gives it
    python3 redraw.py draw.json --root R   … and that its root is R, as you or somebody else kept it that day
    python3 redraw.py draw.json --catalogue catalog.json    … and that the controls are those of this OSCAL catalogue

How it is drawn: the lot is the root of the first checkpoint of the record at or after a time that was fixed beforehand.
Each control gets the SHA-256 of "<root>:<reference of the audit>:<identifier of the control>"; the ones with the lowest
are looked at. The portal draws with this very file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

ALGORITHM = "sha256-lowest-1"


def lot_of(root: str, reference: str, control: str) -> str:
    """The control's number in the lot: SHA-256 over root, audit and control, in hexadecimal."""
    return hashlib.sha256(f"{root}:{reference}:{control}".encode()).hexdigest()


def draw(root: str, reference: str, controls: Iterable[str], count: int) -> list[str]:
    """The identifiers of the `count` controls with the lowest numbers, the lowest first; all where there are fewer."""
    known = set(controls)
    return sorted(known, key=lambda control: (lot_of(root, reference, control), control))[:count]


def digest_of(controls: Iterable[str]) -> str:
    """SHA-256 over the identifiers, sorted, a line each: which controls there were to draw from."""
    return hashlib.sha256("".join(f"{control}\n" for control in sorted(set(controls))).encode()).hexdigest()


# --- checking a file ------------------------------------------------------------------------------
def problems_of(said: Mapping[str, Any], *, root: str = "", controls: Sequence[str] | None = None) -> list[str]:
    """What does not fit in the file of a draw; nothing where everything does."""
    found = []
    if said["algorithm"] != ALGORITHM:
        return [f"The sample was drawn by {said['algorithm']}; this file knows {ALGORITHM} alone."]
    if root and root.lower() != said["root"]:
        found.append("The root is another one than yours.")
    if controls is not None and set(controls) != set(said["controls"]):
        found.append("The catalogue has other controls than those that were drawn from.")
    if digest_of(said["controls"]) != said["controls_digest"]:
        found.append("The digest of the controls is another one.")
    if draw(said["root"], said["audit"], said["controls"], said["count"]) != said["drawn"]:
        found.append("Drawn anew, the sample is another one.")
    return found + _checkpoint_problems(said) + _fixed_problems(said)


def _checkpoint_problems(said: Mapping[str, Any]) -> list[str]:
    entry, found = said["checkpoint"]["entry"], []
    if entry["verb"] != "record.checkpoint" or entry["seq"] != said["size"]:
        found.append("The root is not that of a checkpoint.")
    if datetime.fromisoformat(entry["time"]) < datetime.fromisoformat(said["draw_at"]):
        found.append("The checkpoint is older than the time that was fixed for the draw.")
    if not _is_in(said["checkpoint"], said):
        found.append("The checkpoint's entry does not lead to the root.")
    return found


def _fixed_problems(said: Mapping[str, Any]) -> list[str]:
    """The entry that fixed time and number, where its content may be shown."""
    fixed = said.get("fixed")
    if not fixed:
        return []
    found = []
    if not _is_in(fixed, said):
        found.append("The entry that fixed the draw does not lead to the root.")
    if "content" in fixed:
        committed = hashlib.sha256(bytes.fromhex(fixed["salt"]) + fixed["content"].encode()).hexdigest()
        if committed != fixed["entry"]["commitment"]:
            found.append("The entry that fixed the draw was not made with this content.")
        detail = json.loads(fixed["content"])["detail"]["draw"]
        if (detail["at"], detail["count"]) != (said["draw_at"], said["count"]):
            found.append("Another time or number was fixed than the sample was drawn by.")
    return found


def _is_in(item: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether the entry is in the tree of that size and root (RFC 9162, 2.1.3.2)."""
    root: str = said["root"]
    return _root_by(_leaf(item["entry"]), item["entry"]["seq"] - 1, said["size"], item["path"]) == root


def _leaf(entry: Mapping[str, Any]) -> bytes:
    """The entry's leaf: its fields as JSON with sorted keys and no spaces, after a zero byte (RFC 6962, 2.1)."""
    text = json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(b"\x00" + text.encode()).digest()


def _root_by(leaf: bytes, index: int, size: int, path: Sequence[str]) -> str:
    here, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            return ""
        beside = bytes.fromhex(step)
        if here & 1 or here == last:
            found = hashlib.sha256(b"\x01" + beside + found).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\x01" + found + beside).digest()
        here, last = here >> 1, last >> 1
    return found.hex() if last == 0 else ""


def controls_in(oscal: Mapping[str, Any]) -> list[str]:
    """Identifiers of the controls of an OSCAL catalogue, those within others too; withdrawn ones are left out."""
    found = []
    for control in oscal.get("controls", []):
        if not any(
            item.get("name") == "status" and item.get("value", "").lower() == "withdrawn"
            for item in control.get("props", [])
        ):
            found.append(control["id"])
        found += controls_in(control)
    for group in oscal.get("groups", []):
        found += controls_in(group)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the file that is named; 0 where all fits."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("draw")
    asked.add_argument("--root", default="")
    asked.add_argument("--catalogue")
    options = asked.parse_args(arguments)
    said = json.loads(Path(options.draw).read_text(encoding="utf-8"))
    controls = None
    if options.catalogue:
        controls = controls_in(json.loads(Path(options.catalogue).read_text(encoding="utf-8"))["catalog"])
    found = problems_of(said, root=options.root, controls=controls)
    for control in draw(said["root"], said["audit"], said["controls"], said["count"]):
        sys.stdout.write(f"{lot_of(said['root'], said['audit'], control)[:16]}  {control}\n")
    sys.stdout.write("\n".join(found or ["Everything fits: the sample is the one that the lot gives."]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
