"""An officer plans an audit by hand, unannounced where that is wanted, and chooses what its sample is drawn from."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from audits.models import Audit, Catalogue
from portal.core import clock
from tests.factories.audits import Stage, audit_for_cause, catalogue_of, qualified
from tests.world import client_for

PLAN = "/admin/audits/audit/plan/"


def said(stage: Stage, **other: str) -> dict[str, str]:
    """What the form takes."""
    day = (clock.today() + timedelta(days=10)).isoformat()
    reference = stage.qualification.reference
    facts = {"qualification": reference, "kind": "cause", "planned_for": day, "mode": "visit", "reason": "A tip."}
    return facts | other


def test_officer_plans_an_unannounced_visit(stage: Stage) -> None:
    answer: Any = client_for(stage.officer).post(PLAN, said(stage, unannounced="on"))
    audit = Audit.objects.get(institution=stage.institution)
    assert answer.url.endswith(f"/{audit.pk}/change/")
    assert (audit.announced, audit.mode, audit.kind, audit.announce_on) == (False, "visit", "cause", None)
    assert audit.sample_size == 12
    page = client_for(stage.officer).get(answer.url).content.decode()
    assert "Unannounced" in page
    assert "12 controls, drawn on" in page


def test_institution_of_another_authority_and_days_past_are_refused(stage: Stage) -> None:
    client, elsewhere = client_for(stage.officer), qualified(jurisdiction="SE")
    foreign = client.post(PLAN, said(stage, qualification=elsewhere.qualification.reference))
    assert "no qualified institution" in foreign.content.decode()
    late = client.post(PLAN, said(stage, planned_for=(clock.today() - timedelta(days=1)).isoformat()))
    assert "has not passed" in late.content.decode()
    assert not Audit.objects.exists()


def test_only_officers_plan(stage: Stage) -> None:
    assert client_for(stage.auditor).post(PLAN, said(stage)).status_code == 403
    assert not Audit.objects.exists()


def test_officer_chooses_what_is_drawn_from(stage: Stage) -> None:
    audit, wider, client = audit_for_cause(stage), catalogue_of(families=3, controls=9), client_for(stage.officer)
    url = f"/admin/audits/audit/{audit.pk}/choose/"
    few = client.post(url, {"catalogue": str(wider.pk), "count": "3", "reason": "Fewer."})
    assert "at least 12 controls" in few.content.decode()
    assert client.post(url, {"catalogue": str(wider.pk), "count": "27", "reason": "All."}).status_code == 302
    audit.refresh_from_db()
    assert (audit.catalogue, audit.sample_size) == (Catalogue.objects.get(key="small"), 27)
