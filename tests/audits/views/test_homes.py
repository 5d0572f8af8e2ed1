"""Cards of auditors and partners lead to lists of the very rows that they count, beside others that they do not."""

from __future__ import annotations

import pytest

from audits.actions.finding import propose_plan
from audits.models import Finding
from portal.accounts.needs import needs_of
from portal.core.actors import Actor
from tests.factories.audits import Stage, finding_in, remediated_finding
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage() -> Stage:
    """A partner with a fix to check, a plan to agree to, and two findings without a plan."""
    stage, finding = remediated_finding()
    for title in ("With a plan", "Without", "Without one either"):
        made = finding_in(finding.audit, stage.auditor, title=title)
        if title == "With a plan":
            propose_plan(finding=made, plan="Next week.", by=stage.applicant)
    return stage


def card(actor: Actor, key: str) -> tuple[int, str]:
    """How many the card counts, and where it leads."""
    return next((need.count, need.url) for need in needs_of(actor) if need.url.endswith(f"need={key}"))


@pytest.mark.parametrize(("key", "state"), [("plan", "open"), ("fix", "remediated")])
def test_an_auditors_card_leads_to_the_findings_that_it_counts(stage: Stage, key: str, state: str) -> None:
    count, url = card(stage.auditor, f"audits.auditor.{key}")
    page = client_for(stage.auditor).get(url)
    shown = list(page.context["cl"].queryset)
    assert count == len(shown) == page.context["cl"].result_count == 1
    assert shown[0].state == state
    assert "Only: " in page.content.decode()
    exported = client_for(stage.auditor).get(f"{url}&export=csv")
    assert len(b"".join(exported).decode().strip().splitlines()) == 2


def test_a_desk_list_keeps_its_other_filters_and_its_address_without_the_card(stage: Stage) -> None:
    _count, url = card(stage.auditor, "audits.auditor.fix")
    client = client_for(stage.auditor)
    page = client.get(f"{url}&state=open")
    assert page.context["cl"].result_count == 0
    assert page.context["need_chips"] == [{"label": "Only: fixes to check", "url": "?state=open"}]


def test_the_key_of_another_role_shows_nobody_more_and_says_so(stage: Stage) -> None:
    page = client_for(stage.officer).get("/admin/audits/finding/?need=audits.auditor.fix")
    assert page.status_code == 200
    assert page.context["cl"].result_count == Finding.objects.count()
    assert "Not narrowed: that is not among your work" in page.content.decode()


def test_the_partners_card_leaves_out_what_waits_for_the_auditor(stage: Stage) -> None:
    count, url = card(stage.applicant, "audits.partner.finding")
    page = client_for(stage.applicant).get(url)
    titles = {row.title for row in page.context["view"].rows()}
    assert titles == {"Without", "Without one either"}
    assert count == 2
