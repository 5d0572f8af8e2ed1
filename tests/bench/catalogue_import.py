"""Importing a catalogue of the size of SP 800-53's MODERATE baseline, and the baseline itself where it is there."""

from __future__ import annotations

import io
import json
import time

from portal.local import machine
from tests.bench import Row
from tests.bench.stack import database

SECONDS = 10.0
FAMILIES, CONTROLS = 18, 16
"""288 controls with texts as long as those of the baseline, which has 287 in 18 families."""


def run() -> list[Row]:
    """From the file received to the catalogue in use, as a worker does it."""
    with database():
        from tests.factories.rulebook import founded_rulebook

        founded_rulebook()
        rows = [_row("a catalogue of 288 controls", _made())]
        if (folder := machine.shared_data()) is not None:
            real = next((folder / "nist-800-53").glob("MODERATE*"))
            rows.append(_row("SP 800-53 MODERATE", real.read_bytes()))
    return rows


def _row(name: str, content: bytes) -> Row:
    from audits.actions.catalogue_import import receive_catalogue, run_import
    from portal.core.actors import SYSTEM

    key = name.lower().replace(" ", "-")
    started = time.monotonic()
    file = io.BytesIO(content)
    made = receive_catalogue(key=key, form="oscal", content=file, file_name="bench.json", by=SYSTEM, now=True)
    run_import(made=made, by=SYSTEM)
    taken = time.monotonic() - started
    count = made.catalogue.control_count if made.catalogue else 0
    return Row(
        f"importing {name}", f"{taken:.2f} s, {count} controls", f"≤ {SECONDS:.0f} s", taken <= SECONDS and count > 0
    )


def _made() -> bytes:
    groups = [
        {"id": f"f{family}", "title": f"Family {family}", "controls": [_control(family, n) for n in range(CONTROLS)]}
        for family in range(FAMILIES)
    ]
    metadata = {"title": "Bench", "version": "1", "oscal-version": "1.1.2"}
    return json.dumps({"catalog": {"metadata": metadata, "groups": groups}}).encode()


def _control(family: int, number: int) -> dict[str, object]:
    key = f"f{family}-{number}"
    items = [
        {"name": "item", "prose": f"Point {n}: {{{{ insert: param, {key}_p{n} }}}} " + "do it " * 30} for n in range(8)
    ]
    return {
        "id": key,
        "title": f"Control {key}",
        "params": [{"id": f"{key}_p{n}", "label": f"value {n}"} for n in range(8)],
        "props": [{"name": "label", "value": key.upper()}],
        "parts": [
            {"id": f"{key}_smt", "name": "statement", "parts": items},
            {"name": "guidance", "prose": "Because. " * 150},
            *({"name": "assessment-objective", "prose": "Determine whether. " * 10} for _n in range(12)),
        ],
    }
