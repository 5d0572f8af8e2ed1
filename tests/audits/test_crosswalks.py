"""Crosswalks: links between catalogues, and the answers that serve several by them."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.actions.audit import assign_auditor, notify_audit
from audits.actions.catalogue import import_catalogue
from audits.actions.crosswalk import derive_crosswalk, import_crosswalk, retire_crosswalk, take_over_results
from audits.actions.fieldwork import Answer, record_results
from audits.models import Audit, Catalogue, CheckResult, Crosswalk
from audits.queries.crosswalk import linked_to, reach, served
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.catalogues import read_catalogue
from portal.core.catalogues.links import read_links
from portal.core.oscal import CatalogueError
from portal.core.verdicts import Refused
from portal.ledger.verify import verify
from tests.factories.audits import Stage, audit_for_cause, baseline, begun_now
from tests.query_budget import queries_of
from tests.world import client_for

LINKS = b"from,to,relation,note\na-1,b-1,equal-to,Word for word\na-2,B-2,superset-of,\na-3,b-3,subset-of,\na-4,b-4,,\n"
BUDGET = 16


def catalogue(key: str, *ids: str, version: str = "1") -> Catalogue:
    lines = b"id,title,statement\n" + b"".join(f"{one},Title {one},Do it.\n".encode() for one in ids)
    read = read_catalogue(lines, form="csv", title=f"Catalogue {key}", version=version)
    return import_catalogue(key=key, read=read, by=SYSTEM, file_format="csv")


def both() -> tuple[Catalogue, Catalogue]:
    return catalogue("ours", "a-1", "a-2", "a-3", "a-4", "a-5"), catalogue("theirs", "b-1", "b-2", "b-3", "b-4", "b-5")


def crosswalk(content: bytes = LINKS, **options: Any) -> Crosswalk:
    return import_crosswalk(
        **{"from_key": "ours", "to_key": "theirs", "title": "C", "content": content, "by": SYSTEM, **options}
    )


def audit_of(stage: Stage, against: Catalogue) -> Audit:
    audit = audit_for_cause(stage)
    assign_auditor(audit=audit, auditor=stage.auditor.user, by=stage.officer)
    notify_audit(audit=audit, by=stage.officer)
    return begun_now(audit, officer=stage.officer, auditor=stage.auditor, catalogue=against)


def answer(audit: Audit, stage: Stage, **results: str) -> None:
    checks = {check.control.oscal_id: check for check in audit.checks.select_related("control")}
    found = [(checks[name.replace("_", "-")], result) for name, result in results.items()]
    answers = [Answer(check.pk, result, "", check.version) for check, result in found]
    record_results(audit=audit, answers=answers, by=stage.auditor)


def offered(audit: Audit) -> dict[str, str]:
    return {item.label: item.result for item in served(audit)}


def test_a_file_of_links_is_read_with_its_relations_and_what_is_left_out() -> None:
    rows, skipped = read_links(LINKS + b"a-5,,equal-to,\na-5,b-5,likes,\na-6,b-6,Equivalent-To,\n")
    assert [row.relation for row in rows] == ["equal-to", "superset-of", "subset-of", "intersects-with", "equal-to"]
    assert [item.where for item in skipped] == ["line 6", "line 7"]


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"from,to\n\xff", b"from,to\n", b"from,to\nx,y\n"])
def test_what_links_nothing_is_refused_in_words(db: None, content: bytes) -> None:
    both()
    with pytest.raises(CatalogueError):
        crosswalk(content)
    assert not Crosswalk.objects.exists()


@given(st.binary(max_size=120))
@settings(max_examples=100, deadline=None)
def test_no_bytes_make_the_reader_of_links_fail_otherwise(raw: bytes) -> None:
    for content in (raw, b"from,to,relation\n" + raw):
        with contextlib.suppress(CatalogueError):
            read_links(content)


def test_controls_are_found_by_identifier_or_label_and_unknown_ones_are_listed(db: None) -> None:
    both()
    made = crosswalk(LINKS + b"a-9,b-1,,\na-1,b-1,,\n")
    assert made.link_count == 4
    assert [item["where"] for item in made.skipped] == ["line 6", "line 7"]
    assert made.links.get(from_id="a-2").to_id == "b-2"
    assert list(verify()) == []


def test_the_same_file_again_changes_nothing(db: None) -> None:
    both()
    assert crosswalk() == crosswalk()
    with pytest.raises(CatalogueError):
        crosswalk(to_key="ours")
    with pytest.raises(CatalogueError):
        crosswalk(to_key="nowhere")


def test_what_follows_from_an_answer_and_what_does_not(stage: Stage) -> None:
    ours, theirs = both()
    crosswalk()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="not_met", a_2="met", a_3="met", a_4="met", a_5="met")
    assert offered(second) == {"b-1": "not_met", "b-2": "met"}
    answer(first, stage, a_2="partly")
    assert offered(second) == {"b-1": "not_met"}


def test_links_hold_in_both_directions(stage: Stage) -> None:
    ours, theirs = both()
    crosswalk()
    first, second = audit_of(stage, theirs), audit_of(stage, ours)
    answer(first, stage, b_1="partly", b_2="met", b_3="met", b_4="met")
    # b-3 asks for all of a-3 and more; b-2 for a part of a-2 only.
    assert offered(second) == {"a-1": "partly", "a-3": "met"}


def test_links_hold_for_later_versions(stage: Stage) -> None:
    ours, _ = both()
    crosswalk()
    newer = catalogue("theirs", "b-1", "b-7", version="2")
    first, second = audit_of(stage, ours), audit_of(stage, newer)
    answer(first, stage, a_1="met")
    assert offered(second) == {"b-1": "met"}


def test_an_answer_is_taken_over_as_the_auditors_own_with_where_it_comes_from(stage: Stage) -> None:
    ours, theirs = both()
    crosswalk()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="met", a_2="met")
    check = second.checks.get(control__oscal_id="b-1")
    assert take_over_results(audit=second, checks={check.pk}, by=stage.auditor) == 1
    result = CheckResult.objects.get(subject=check)
    assert (result.result, result.recorded_by) == ("met", stage.auditor.user)
    assert first.reference in result.note
    assert offered(second) == {"b-2": "met"}
    assert take_over_results(audit=second, checks={check.pk}, by=stage.auditor) == 0
    assert list(verify()) == []


def test_only_who_tests_the_audit_takes_answers_over(stage: Stage) -> None:
    ours, theirs = both()
    crosswalk()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="met")
    checks = {second.checks.get(control__oscal_id="b-1").pk}
    for person in (stage.officer, stage.applicant, stage.second_officer, stage.signatory):
        with pytest.raises(Refused):
            take_over_results(audit=second, checks=checks, by=person)


def test_what_a_colleague_recorded_first_stays(stage: Stage) -> None:
    ours, theirs = both()
    crosswalk()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="met")
    answer(second, stage, b_1="not_met")
    check = second.checks.get(control__oscal_id="b-1")
    assert take_over_results(audit=second, checks={check.pk}, by=stage.auditor) == 0
    check.refresh_from_db()
    assert check.result == "not_met"


def test_old_answers_and_retired_crosswalks_serve_nothing(stage: Stage) -> None:
    ours, theirs = both()
    made = crosswalk()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="met")
    with clock.at(clock.now() + timedelta(days=367)):
        assert offered(second) == {}
    assert offered(second) == {"b-1": "met"}
    retire_crosswalk(crosswalk=made, by=stage.officer)
    assert offered(second) == {}


def test_an_audit_says_how_far_it_answers_other_catalogues(stage: Stage) -> None:
    ours, _ = both()
    crosswalk()
    first = audit_of(stage, ours)
    answer(first, stage, a_1="not_met", a_2="met", a_3="met")
    (found,) = reach(first)
    assert (found.catalogue.key, found.answered, found.linked, found.total) == ("theirs", 2, 4, 5)


def test_a_control_says_what_it_is_linked_to_in_the_newest_version(db: None) -> None:
    ours, theirs = both()
    crosswalk()
    newer = catalogue("theirs", "b-1", version="2")
    (found,) = linked_to(ours.controls.get(oscal_id="a-1"))
    assert (found.control.catalogue, found.relation) == (newer, "equal-to")
    (found,) = linked_to(theirs.controls.get(oscal_id="b-2"))
    assert (found.control.oscal_id, found.relation) == ("a-2", "subset-of")
    assert linked_to(ours.controls.get(oscal_id="a-5")) == []


def test_a_catalogue_that_names_others_makes_its_crosswalk_itself(db: None) -> None:
    own = baseline()
    names = sorted({str(value) for control in own.controls.all() for value in control.prop("satre")})
    catalogue("satre", *names[:5])
    made = derive_crosswalk(catalogue=own, name="satre", to_key="satre", title="", by=SYSTEM)
    assert set(made.links.values_list("to_id", flat=True)) == set(names[:5])
    assert set(made.links.values_list("relation", flat=True)) == {"intersects-with"}
    assert len(made.skipped) > 0


def test_pages_import_show_and_take_over(stage: Stage) -> None:
    ours, theirs = both()
    officer, auditor = client_for(stage.officer), client_for(stage.auditor)
    address = reverse("admin:audits_crosswalk_import")
    said = {"title": "By us", "from_key": "ours", "to_key": "theirs"}
    assert "one of the two" in officer.post(address, said).content.decode()
    assert "There is no link" in officer.post(address, {**said, "name": "satre"}).content.decode()
    answered: Any = officer.post(address, {**said, "upload": SimpleUploadedFile("l.csv", LINKS)})
    made = Crosswalk.objects.get()
    assert answered.url == reverse("admin:audits_crosswalk_change", args=[made.pk])
    assert "Word for word" in officer.get(answered.url).content.decode()
    control = ours.controls.get(oscal_id="a-1")
    page = reverse("admin:audits_catalogue_control", args=[ours.pk, control.pk])
    assert "asks for the same as" in officer.get(page).content.decode()
    first, second = audit_of(stage, ours), audit_of(stage, theirs)
    answer(first, stage, a_1="met")
    page = reverse("admin:audits_audit_crosswalk", args=[second.pk])
    assert "Take over" in auditor.get(page).content.decode()
    assert "Take over" not in officer.get(page).content.decode()
    check = second.checks.get(control__oscal_id="b-1")
    assert auditor.post(page, {"checks": ["00000000-0000-0000-0000-000000000000"]}).status_code == 200
    assert auditor.post(page, {"checks": [str(check.pk)]}).status_code == 302
    check.refresh_from_db()
    assert check.result == "met"


def test_the_page_costs_as_many_queries_for_many_links(stage: Stage) -> None:
    auditor, asked = client_for(stage.auditor), []
    for size in (2, 30):
        ours = catalogue(f"ours-{size}", *(f"a-{n}" for n in range(size)))
        theirs = catalogue(f"theirs-{size}", *(f"b-{n}" for n in range(size)))
        lines = b"from,to,relation\n" + b"".join(b"a-%d,b-%d,equal-to\n" % (n, n) for n in range(size))
        crosswalk(lines, from_key=ours.key, to_key=theirs.key)
        first, second = audit_of(stage, ours), audit_of(stage, theirs)
        answer(first, stage, **{f"a_{n}": "met" for n in range(size)})
        page = reverse("admin:audits_audit_crosswalk", args=[second.pk])
        auditor.get(page)
        asked.append(len(queries_of(auditor, page)))
    assert asked[0] == asked[1] <= BUDGET
