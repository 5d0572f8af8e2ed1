"""The sample of controls: drawn once by a root that nobody knew, whoever draws, and drawn again by anybody."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from audits.actions.audit import assign_auditor, begin_audit, choose_sample, notify_audit, reschedule_audit
from audits.actions.sample import draw_sample
from audits.models import Audit, SampleDraw
from audits.queries.sample import catalogue_for, controls_of, draw_file
from portal.core import clock, sampling
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Checkpoint, Event
from portal.ledger.verify import verify
from tests.factories.audits import (
    BASELINE,
    Stage,
    audit_in_fieldwork,
    begun_now,
    catalogue_of,
    draw_time,
    planned_audit,
)

SCRIPT = Path(sampling.__file__)


def ready(stage: Stage) -> Audit:
    """Announced, with an auditor."""
    _, audit = planned_audit(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    return notify_audit(audit=audit, by=stage.officer)


def file_of(audit: Audit) -> dict[str, Any]:
    """The file of the draw as it is downloaded."""
    return json.loads(json.dumps(draw_file(audit.draw)))


def test_checklist_is_what_the_lot_gives(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    assert audit.catalogue is not None
    controls = controls_of(audit.catalogue)
    drawn = sampling.draw(audit.draw.checkpoint.root, audit.reference, controls, 12)
    assert audit.draw.drawn == drawn
    assert {check.control.oscal_id for check in audit.checks.select_related("control")} == set(drawn)
    assert audit.draw.checkpoint.taken_at >= draw_time(audit)
    assert list(verify()) == []


def test_draw_is_fixed_when_the_audit_is_planned(stage: Stage) -> None:
    _, audit = planned_audit(stage)
    assert draw_time(audit).date() == audit.planned_for
    said = json.loads(Event.objects.get(entry__verb="audit.plan", entry__object_id=audit.pk).content)
    assert said["detail"]["draw"] == {"at": draw_time(audit).isoformat(), "count": 12}


def test_nothing_is_drawn_before_its_time(stage: Stage) -> None:
    audit = ready(stage)
    with pytest.raises(ValueError, match="before its time"):
        draw_sample(audit=audit, by=SYSTEM)
    with pytest.raises(Refused) as refused:
        begin_audit(audit=audit, by=stage.auditor)
    assert refused.value.verdict.code == "not_drawn"
    assert not SampleDraw.objects.exists()


def test_whoever_draws_and_whenever_the_sample_is_the_same(stage: Stage) -> None:
    audit = ready(stage)
    with clock.at(draw_time(audit) + timedelta(hours=1)):
        first = draw_sample(audit=audit, by=SYSTEM)
    with clock.at(draw_time(audit) + timedelta(days=9)):
        assert draw_sample(audit=audit, by=stage.auditor) == first
        begin_audit(audit=audit, by=stage.auditor)
    assert SampleDraw.objects.count() == 1
    assert audit.checks.count() == len(first.drawn)


def test_two_audits_of_one_day_have_samples_of_their_own() -> None:
    controls = [f"c-{number}" for number in range(100)]
    one, other = (sampling.draw("0" * 64, reference, controls, 12) for reference in ("AU-2026-0001", "AU-2026-0002"))
    assert set(one) != set(other)


def test_every_control_is_as_likely_as_any_other() -> None:
    controls = [f"c-{number}" for number in range(40)]
    counted = dict.fromkeys(controls, 0)
    for number in range(2000):
        for control in sampling.draw(f"{number:064x}", "AU-2026-0001", controls, 10):
            counted[control] += 1
    expected = 2000 * 10 / 40
    chi = sum((count - expected) ** 2 / expected for count in counted.values())
    assert chi < 73  # 39 degrees of freedom: more than this has a chance of one in a thousand


def test_catalogue_imported_after_the_lot_is_known_changes_nothing(stage: Stage) -> None:
    audit = ready(stage)
    old = catalogue_for(audit).pk
    with clock.at(draw_time(audit) + timedelta(minutes=1)):
        newer = catalogue_of(families=2, controls=30)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE audits_catalogue SET key = 'baseline' WHERE id = %s", [newer.pk])
        assert draw_sample(audit=audit, by=SYSTEM).catalogue_id == old


def test_more_controls_or_another_catalogue_are_chosen_before_the_lot_is_known_only(stage: Stage) -> None:
    audit = ready(stage)
    wider = catalogue_of(families=5, controls=8)
    with pytest.raises(Refused) as refused:
        choose_sample(audit=audit, catalogue=wider, count=11, reason="Fewer.", by=stage.officer)
    assert refused.value.verdict.code == "too_few"
    choose_sample(audit=audit, catalogue=wider, count=25, reason="The team is new.", by=stage.officer)
    with clock.at(draw_time(audit)):
        with pytest.raises(Refused) as refused:
            choose_sample(audit=audit, catalogue=wider, count=40, reason="All.", by=stage.officer)
        assert refused.value.verdict.code == "drawn"
        assert len(draw_sample(audit=audit, by=SYSTEM).drawn) == 25


def test_audit_that_is_moved_after_its_draw_keeps_its_sample(stage: Stage) -> None:
    audit = ready(stage)
    with clock.at(draw_time(audit) + timedelta(hours=1)):
        drawn = draw_sample(audit=audit, by=SYSTEM).drawn
        later = clock.today() + timedelta(days=30)
        reschedule_audit(audit=audit, planned_for=later, reason="They asked.", by=stage.officer)
        assert draw_time(audit) <= clock.now()
    with clock.at(clock.now() + timedelta(days=400)):
        begin_audit(audit=audit, by=stage.auditor)
    assert audit.draw.drawn == drawn


# --- drawing again --------------------------------------------------------------------------------
def test_anybody_draws_it_again_with_the_script_alone(stage: Stage, tmp_path: Path) -> None:
    audit = ready(stage)
    with clock.at(draw_time(audit) + timedelta(hours=2)):
        begin_audit(audit=audit, by=stage.auditor)
    kept = tmp_path / "draw.json"
    kept.write_text(json.dumps(draw_file(audit.draw)), encoding="utf-8")
    root = Checkpoint.objects.get().root
    done = run(kept, "--root", root, "--catalogue", str(BASELINE))
    assert done.returncode == 0, done.stdout
    assert "Everything fits" in done.stdout
    assert all(control in done.stdout for control in audit.draw.drawn)
    assert "another one than yours" in run(kept, "--root", "0" * 64).stdout


def run(kept: Path, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(SCRIPT), str(kept), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={})


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        (lambda said: said["drawn"].reverse(), "the sample is another one"),
        (lambda said: said["controls"].pop(), "digest of the controls"),
        (lambda said: said.update(root="0" * 64), "does not lead to the root"),
        (lambda said: said.update(draw_at="2099-01-01T00:00:00+00:00"), "older than the time"),
        (lambda said: said.update(count=11, drawn=said["drawn"][:11]), "Another time or number was fixed"),
        (lambda said: said["checkpoint"]["entry"].update(time="2100-01-01T00:00:00+00:00"), "not lead to the root"),
        (lambda said: _altered(said["fixed"], "content", '"count":12', '"count":9'), "not made with this content"),
        (lambda said: said["fixed"]["entry"].update(seq=1), "that fixed the draw does not lead"),
        (lambda said: said.update(algorithm="mine"), "drawn by mine"),
    ],
)  # fmt: skip
def test_whatever_is_altered_in_the_file_is_found(stage: Stage, told: Any, problem: str) -> None:
    audit = ready(stage)
    with clock.at(draw_time(audit) + timedelta(hours=2)):
        begin_audit(audit=audit, by=stage.auditor)
    said = file_of(audit)
    assert sampling.problems_of(said) == []
    told(said)
    assert any(problem in found for found in sampling.problems_of(said)), sampling.problems_of(said)


def _altered(said: dict[str, Any], name: str, old: str, new: str) -> None:
    assert old in said[name]
    said[name] = said[name].replace(old, new)


def test_deed_of_a_person_that_fixed_the_draw_is_proven_and_not_opened(stage: Stage) -> None:
    _, audit = audit_in_fieldwork(stage)
    said = file_of(audit)
    assert said["fixed"]["entry"]["verb"] == "audit.reschedule"
    assert "content" not in said["fixed"]
    assert sampling.problems_of(said) == []


def test_begun_today_the_checkpoint_is_still_taken_after_it_was_fixed(stage: Stage) -> None:
    audit = begun_now(ready(stage), officer=stage.officer, auditor=stage.auditor)
    assert audit.draw.checkpoint.taken_at >= draw_time(audit)
