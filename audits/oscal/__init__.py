"""An audit in OSCAL 1.1 (NIST): the plan, the results and the plan of action, and the catalogue that they speak of.

Pure: what `audits.queries.exports` read, in; documents as plain dictionaries, out. People are not named: what was done
is the authority's, and names would travel with every copy of the file.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from audits.oscal.catalog import catalog
from audits.oscal.facts import AuditFacts
from audits.oscal.plan import assessment_plan
from audits.oscal.poam import plan_of_action
from audits.oscal.results import assessment_results

CATALOG, PLAN, RESULTS, POAM = (
    "catalog.json",
    "assessment-plan.json",
    "assessment-results.json",
    "plan-of-action-and-milestones.json",
)


def documents(facts: AuditFacts) -> dict[str, dict[str, Any]]:
    """The documents by the name of their file. Without findings there is no plan of action: OSCAL has no empty one."""
    made = {
        CATALOG: catalog(facts.catalogue, facts.controls, facts.at),
        PLAN: assessment_plan(facts, catalog_file=CATALOG),
    }
    if facts.began_at is not None:
        made[RESULTS] = assessment_results(facts, plan_file=PLAN)
    if facts.findings:
        made[POAM] = plan_of_action(facts)
    return made


def bundle(facts: AuditFacts) -> bytes:
    """All of them in a ZIP."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, document in documents(facts).items():
            archive.writestr(name, json.dumps(document, ensure_ascii=False, indent=1))
    return kept.getvalue()
