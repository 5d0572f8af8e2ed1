"""Importing catalogues from files: by a worker, with progress, whole or not at all."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command

from audits.actions import catalogue_import as deeds
from audits.actions.catalogue import retire_catalogue
from audits.actions.catalogue_import import progress_key, receive_catalogue, run_import
from audits.models import Catalogue, CatalogueImport, Control
from audits.tasks import import_catalogue, import_catalogues
from partners import files
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from portal.notifications.models import Notice
from tests.factories.audits import Stage

CSV = b"id,title,statement\n" + b"".join(b"a-%d,Title %d,Do it.\n" % (n, n) for n in range(600)) + b",Nothing,\n"


def document(*keys: str, version: str = "1", title: str = "Small") -> bytes:
    controls = [{"id": key, "title": key, "parts": [{"name": "statement", "prose": "Do it."}]} for key in keys]
    metadata = {"title": title, "version": version, "oscal-version": "1.1.2"}
    return json.dumps(
        {"catalog": {"metadata": metadata, "groups": [{"id": "g", "title": "G", "controls": controls}]}}
    ).encode()


def received(content: bytes, stage: Stage, **options: Any) -> CatalogueImport:
    wanted = {"key": "small", "form": "oscal", "file_name": "small.json", "by": stage.officer, **options}
    return receive_catalogue(content=io.BytesIO(content), **wanted)


def imported(made: CatalogueImport) -> Catalogue:
    """The catalogue that comes of it."""
    catalogue = run_import(made=made, by=SYSTEM).catalogue
    assert catalogue is not None
    return catalogue


def test_a_worker_imports_what_was_received_and_its_sender_hears_of_it(stage: Stage) -> None:
    made = received(document("a-1", "a-2"), stage)
    assert not Catalogue.objects.filter(key="small").exists()
    import_catalogue(str(made.pk))
    made.refresh_from_db()
    assert (made.state, made.catalogue.control_count) == ("done", 2)
    assert Notice.objects.filter(kind="catalogue_imported", recipient=stage.officer.user).count() == 1
    assert list(verify()) == []


def test_a_worker_that_comes_late_or_twice_changes_nothing(stage: Stage) -> None:
    made = received(document("a-1"), stage)
    for _ in range(2):
        import_catalogue(str(made.pk))
    with pytest.raises(Refused):
        run_import(made=made, by=SYSTEM)
    assert Catalogue.objects.filter(key="small").count() == 1


def test_what_the_broker_lost_is_handed_out_by_the_sweep(stage: Stage) -> None:
    made = received(document("a-1"), stage)
    assert import_catalogues()["left"] == 1
    import_catalogue(str(made.pk))
    made.refresh_from_db()
    assert made.state == "done"
    assert import_catalogues()["left"] == 0


def test_a_file_that_is_no_catalogue_leaves_nothing_but_the_reason(stage: Stage) -> None:
    made = received(b"{}", stage)
    import_catalogue(str(made.pk))
    made.refresh_from_db()
    assert made.state == "failed"
    assert "no “catalog”" in made.reason
    assert Notice.objects.filter(kind="catalogue_failed", recipient=stage.officer.user).count() == 1
    assert not Catalogue.objects.filter(key="small").exists()


def test_an_import_that_breaks_in_the_middle_leaves_nothing(stage: Stage) -> None:
    made = received(CSV, stage, form="csv", title="Table", version="1")

    def stop(done: int, of: int) -> None:
        assert Control.objects.filter(catalogue__key="small").count() == done
        if done > 250:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_import(made=made, by=SYSTEM, progress=stop)
    assert not Control.objects.filter(catalogue__key="small").exists()
    made.refresh_from_db()
    assert made.state == "received"
    run_import(made=made, by=SYSTEM)
    assert made.catalogue.control_count == 600


def test_how_far_it_is_can_be_seen_from_outside_while_it_runs(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    made, seen = received(CSV, stage, form="csv", title="Table", version="1"), []
    told = deeds._told

    def watch(pk: Any) -> Any:
        tell = told(pk)

        def both(done: int, of: int) -> None:
            tell(done, of)
            seen.append(cache.get(progress_key(pk)))

        return both

    monkeypatch.setattr(deeds, "_told", watch)
    run_import(made=made, by=SYSTEM)
    assert seen == [{"done": 250, "of": 600}, {"done": 500, "of": 600}, {"done": 600, "of": 600}]
    assert cache.get(progress_key(made.pk)) is None
    assert [item["where"] for item in made.catalogue.skipped] == ["line 602"]


def test_a_lost_file_is_told(stage: Stage) -> None:
    made = received(document("a-1"), stage)
    files.drop(made.stored_name)
    run_import(made=made, by=SYSTEM)
    assert (made.state, "lost" in made.reason) == ("failed", True)


def test_a_newer_version_stands_beside_the_one_that_audits_use(stage: Stage) -> None:
    old = imported(received(document("a-1"), stage))
    new = imported(received(document("a-1", "a-2", version="2"), stage))
    assert (old.state, new.state) == ("current", "current")
    retire_catalogue(catalogue=old, by=stage.officer)
    assert old.controls.count() == 1


def test_another_file_of_the_same_version_is_refused(stage: Stage) -> None:
    run_import(made=received(document("a-1"), stage), by=SYSTEM)
    other = run_import(made=received(document("a-2"), stage), by=SYSTEM)
    assert (other.state, "there already" in other.reason) == ("failed", True)


def test_a_profile_selects_from_a_catalogue_that_was_imported_and_from_one_that_was_resolved(stage: Stage) -> None:
    whole = imported(received(document("a-1", "a-2", "a-3"), stage, key="whole"))

    def profile(of: Catalogue, *keys: str) -> Catalogue:
        imports = [{"href": of.file_name, "include-controls": [{"with-ids": list(keys)}]}]
        content = json.dumps(
            {"profile": {"metadata": {"title": "Some", "version": str(len(keys))}, "imports": imports}}
        )
        made = received(content.encode(), stage, key="some", file_name="some.json", selects_from=(of,))
        return imported(made)

    some = profile(whole, "a-1", "a-3")
    assert list(some.controls.values_list("oscal_id", flat=True)) == ["a-1", "a-3"]
    assert profile(some, "a-3").control_count == 1


@pytest.mark.parametrize("key", ["", "two words", "x/../y", "naïve"])
def test_a_name_that_is_no_short_name_is_refused(stage: Stage, key: str) -> None:
    with pytest.raises(Refused):
        received(document("a-1"), stage, key=key)


def test_nobody_replaces_by_a_page_what_every_audit_is_held_against(stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        received(document("a-1"), stage, key="baseline")
    assert refused.value.verdict.code == "baseline"


def test_people_without_the_role_import_nothing(stage: Stage) -> None:
    for person in (stage.applicant, stage.auditor, stage.signatory):
        with pytest.raises(Refused):
            received(document("a-1"), stage, by=person)


def test_a_file_beyond_the_limit_is_not_kept(stage: Stage) -> None:
    with pytest.raises(Refused) as refused:
        received(b" " * (20 * 1024 * 1024 + 1), stage)
    assert refused.value.verdict.code == "too_large"


def test_the_command_reads_a_table_says_how_far_it_is_and_what_it_skipped(
    db: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "own.csv"
    path.write_bytes(CSV)
    options = {"form": "csv", "title": "Own", "catalogue_version": "3"}
    call_command("import_catalogue", "own", str(path), **options)
    said = capsys.readouterr()
    assert "250 of 600 controls" in said.err
    assert "skipped line 602" in said.out
    assert "Own 3: 600 controls in 1 groups, 1 skipped." in said.out


def test_the_command_resolves_a_profile_of_a_catalogue_that_is_there(db: None, tmp_path: Path) -> None:
    (tmp_path / "whole.json").write_bytes(document("a-1", "a-2"))
    profile = {"metadata": {"title": "Some", "version": "1"}, "imports": [{"href": "whole.json", "include-all": {}}]}
    (tmp_path / "some.json").write_text(json.dumps({"profile": profile}))
    with pytest.raises(CommandError, match="whole"):
        call_command("import_catalogue", "some", str(tmp_path / "some.json"), of=["whole"])
    call_command("import_catalogue", "whole", str(tmp_path / "whole.json"))
    call_command("import_catalogue", "some", str(tmp_path / "some.json"), of=["whole"])
    assert Catalogue.objects.get(key="some").control_count == 2


@pytest.mark.shared_data
@pytest.mark.parametrize(
    "path,form,controls",
    [
        ("nist-800-53/LOW*", "oscal", 149), ("nist-800-53/PRIVACY*", "oscal", 102), ("acsc-ism/ISM*", "oscal", 983),
        ("satre/*", "satre", 185), ("mitre-atlas/*", "atlas", 205),
    ],
)  # fmt: skip
def test_the_real_catalogues_are_imported_whole(
    db: None, shared_data: Path, path: str, form: str, controls: int
) -> None:
    call_command(
        "import_catalogue", "real", str(next(shared_data.glob(path))), form=form, title="Real", catalogue_version="1"
    )
    assert Control.objects.filter(catalogue__key="real").count() == controls
