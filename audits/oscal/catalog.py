"""The catalogue that an audit was held against, as an OSCAL catalog: whatever form it came in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from audits.oscal.facts import CatalogueFacts, ControlFacts
from audits.oscal.parts import OSCAL_VERSION, line, moment, prose, statement_id, token, uuid


def catalog(catalogue: CatalogueFacts, controls: list[ControlFacts], at: datetime) -> dict[str, Any]:
    """The controls by their groups. Parameters are written out in the texts, as auditors read them."""
    groups: dict[str, dict[str, Any]] = {}
    for control in controls:
        group = groups.setdefault(
            control.group_id,
            {"id": f"g-{token(control.group_id)}", "title": line(control.group), "controls": []},
        )
        group["controls"].append(_control(control))
    return {
        "catalog": {
            "uuid": uuid("catalogue", catalogue.id),
            "metadata": {
                "title": line(catalogue.title),
                "last-modified": moment(at),
                "version": line(catalogue.version),
                "oscal-version": OSCAL_VERSION,
            },
            "groups": list(groups.values()),
        }
    }


def _control(control: ControlFacts) -> dict[str, Any]:
    key = token(control.oscal_id)
    parts = [
        {
            "id": statement_id(control.oscal_id, control.statement_id),
            "name": "statement",
            "prose": prose(control.statement),
        }
    ]
    if control.guidance.strip():
        parts.append({"id": f"{key}_gdn", "name": "guidance", "prose": prose(control.guidance)})
    return {
        "id": key,
        "title": line(control.title),
        "props": [{"name": "label", "value": line(control.label)}],
        "parts": parts,
    }
