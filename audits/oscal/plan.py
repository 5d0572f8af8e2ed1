"""The assessment plan: which controls, of whom, when, and how they were chosen."""

from __future__ import annotations

from typing import Any

from audits.oscal.facts import AuditFacts
from audits.oscal.parts import line, metadata, midnight, moment, prop, reviewed, subject, uuid

PORTAL = "Trusted Partner Portal"
NO_PLAN = (
    "The scheme keeps no system security plan: what the institution is qualified for, and what it attested of its "
    "environments, is registered with the portal."
)


def assessment_plan(facts: AuditFacts, *, catalog_file: str) -> dict[str, Any]:
    """The plan as it was announced, with the sample where one was drawn."""
    system, catalogue = uuid("system", facts.institution.id), uuid("catalogue-file", facts.catalogue.id)
    about = {"remarks": "\n\n".join(_methodology(facts))}
    return {
        "assessment-plan": {
            "uuid": uuid("assessment-plan", f"{facts.id}:{moment(facts.at)}"),
            "metadata": metadata(facts, f"Audit {facts.reference}: assessment plan") | about,
            "import-ssp": {
                "href": f"#{system}",
                "remarks": NO_PLAN,
            },
            "reviewed-controls": reviewed(facts),
            "assessment-subjects": [
                {"type": "party", "include-subjects": [{key: subject(facts)[key] for key in ("subject-uuid", "type")}]}
            ],
            "assessment-assets": {
                "assessment-platforms": [
                    {"uuid": uuid("platform", PORTAL), "title": PORTAL, "props": [prop("mode", facts.mode)]}
                ]
            },
            "tasks": [
                {
                    "uuid": uuid("task", facts.id),
                    "type": "action",
                    "title": f"Fieldwork of audit {facts.reference}",
                    "timing": {"on-date": {"date": midnight(facts.planned_for)}},
                }
            ],
            "back-matter": {
                "resources": [
                    {
                        "uuid": system,
                        "title": f"What is registered of {line(facts.institution.name)}",
                        "description": PORTAL,
                        "rlinks": [{"href": f"urn:uuid:{system}"}],
                    },
                    {
                        "uuid": catalogue,
                        "title": line(f"{facts.catalogue.title} {facts.catalogue.version}"),
                        "rlinks": [{"href": catalog_file, "media-type": "application/json"}],
                    },
                ]
            },
        }
    }


def _methodology(facts: AuditFacts) -> list[str]:
    against = line(f"{facts.catalogue.title} {facts.catalogue.version}")
    told = [f"Audit of kind “{facts.kind}”, by {facts.mode}, under rulebook {facts.rulebook}, against {against}."]
    if facts.draw is not None:
        draw = facts.draw
        told.append(
            f"The controls were drawn by lot ({draw.algorithm}) from {draw.controls_count} (SHA-256 of their "
            f"identifiers {draw.controls_digest}). The seed is the root {draw.root} of the record's checkpoint of size "
            f"{draw.size}, which was fixed beforehand as the one to be used."
        )
    return told
