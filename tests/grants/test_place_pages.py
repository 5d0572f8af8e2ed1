"""Pages on environments and the catalogue, as their people use them: by forms, without a script."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook  # type: ignore[import-untyped]

from grants.actions.catalogue import announce_release
from grants.actions.environment import attest_statements
from grants.models import Environment, ReReview
from grants.queries.decision import decide
from grants.queries.statement import stated
from grants.rules.attestation import Answer
from partners.models import Evidence
from tests.factories import grants as make
from tests.factories.accounts import make_member, make_organisation
from tests.factories.partners import Cast
from tests.world import client_for


@pytest.fixture
def bare(partner: Cast) -> Environment:
    return make.make_environment(partner.institution, partner.applicant, attested=False)


@pytest.fixture
def applicant(partner: Cast) -> Client:
    return client_for(partner.applicant)


def place(name: str, environment: Environment, *more: Any) -> str:
    return reverse(f"grants:{name}", args=[environment.pk, *more])


def answered(environment: Environment) -> dict[str, str]:
    return {row.key[1]: row.value for row in stated(environment) if row.attestation}


def test_some_statements_of_a_group_are_answered_at_once_with_a_document(applicant: Client, bare: Environment) -> None:
    upload = {"upload": SimpleUploadedFile("plan.txt", b"A plan.\n"), "marking": "amber"}
    assert applicant.post(place("environment_document_new", bare), upload).status_code == 302
    document = Evidence.objects.get(about=bare.pk)
    page = place("environment_group", bare, "baseline:logging")
    sent = {"statements": ["log-1", "log-2"], "value": "met", "note": "See section 4.", "documents": [document.pk]}
    assert applicant.post(page, sent).status_code == 302
    assert answered(bare) == {"log-1": "met", "log-2": "met"}
    assert [row.documents for row in stated(bare) if row.key[1] == "log-1"] == [[document]]
    shown = applicant.get(f"{page}?only=log-1").content.decode()
    assert "See section 4." in shown
    file = applicant.get(place("environment_document", bare, document.pk))
    assert file["Content-Disposition"].startswith("attachment")
    assert file["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"statements": ["log-1"], "value": "met"},
        {"statements": ["flt-1"], "value": "not_met"},
        {"statements": ["log-1"], "value": "splendid", "note": "So."},
        {"statements": ["log-1"], "value": "met", "note": "x" * 2001},
        {"statements": ["log-1"], "value": "met", "note": "So.", "documents": ["not-an-id"]},
        {"statements": ["log-1\x00"], "value": "met", "note": "So."},
    ],
)
def test_a_group_that_is_answered_badly_says_so_and_keeps_nothing(
    applicant: Client, bare: Environment, sent: dict[str, Any]
) -> None:
    answer = applicant.post(place("environment_group", bare, "baseline:logging"), sent)
    assert answer.status_code == 200
    assert "usa-error-message" in answer.content.decode()
    assert answered(bare) == {}


@pytest.mark.parametrize("group", ["baseline:nothing", "logging", "satre:1.1", "x" * 200])
def test_a_group_that_is_not_there_is_not_found(applicant: Client, bare: Environment, group: str) -> None:
    assert applicant.get(place("environment_group", bare, group)).status_code == 404


def test_a_hostile_upload_is_named_on_the_page(applicant: Client, bare: Environment) -> None:
    file = SimpleUploadedFile("plan.pdf", b"MZ\x90\x00 this is a program")
    answer = applicant.post(place("environment_document_new", bare), {"upload": file, "marking": "amber"})
    assert answer.status_code == 200
    assert "program or a script" in answer.content.decode()


def test_the_list_of_statements_is_filtered_and_exported_as_filtered(applicant: Client, bare: Environment) -> None:
    answers = {("baseline", "log-1"): Answer("met", "=HYPERLINK(1)"), ("baseline", "log-2"): Answer("not_met", "No.")}
    attest_statements(environment=bare, answers=answers, by=make_member(bare.institution.organisation, "applicant"))
    page = place("statements", bare)
    total = len(stated(bare))
    assert f"of {total}" in applicant.get(page).content.decode()
    left = applicant.get(f"{page}?value=open").content.decode()
    assert f"of {total - 2}" in left
    lines = b"".join(applicant.get(f"{page}?value=met&export=csv")).decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "'=HYPERLINK(1)" in lines[1]
    sheet = applicant.get(f"{page}?group=logging&export=xlsx")
    rows = list(load_workbook(filename=_file(sheet.content)).active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == ["log-1", "log-2", "log-3", "log-4", "log-5"]
    for query in ("value=nonsense", "group=%27", "sort=note", "page=999", "q=%27%25"):
        assert applicant.get(f"{page}?{query}").status_code == 200


def _file(content: bytes) -> Any:
    import io

    return io.BytesIO(content)


def test_documents_are_for_those_whom_their_marking_lets(applicant: Client, partner: Cast, bare: Environment) -> None:
    upload = {"upload": SimpleUploadedFile("plan.txt", b"A plan.\n"), "marking": "amber_strict"}
    applicant.post(place("environment_document_new", bare), upload)
    document = Evidence.objects.get(about=bare.pk)
    page = place("environment_document", bare, document.pk)
    officer, stranger = client_for(partner.officer), client_for(make_member(make_organisation("authority"), "reviewer"))
    assert officer.get(page).status_code == 404, "it stands behind nothing yet"
    answer = Answer("met", "See the plan.", frozenset({document.pk}))
    attest_statements(environment=bare, answers={("baseline", "log-1"): answer}, by=partner.applicant)
    assert officer.get(page).status_code == 200
    assert stranger.get(page).status_code == 403
    assert client_for(make.qualified().applicant).get(page).status_code == 404


def test_an_officer_reads_what_changed_and_accepts_exactly_that(made: make.GrantCast) -> None:
    answers = {("baseline", "iso-1"): Answer("met", "One more service.")}
    attest_statements(environment=made.environment, answers=answers, by=made.applicant)
    officer = client_for(made.officer)
    page = reverse("admin:grants_environment_accept_change", args=[made.environment.pk])
    shown = officer.get(page).content.decode()
    assert "One more service." in shown
    assert "As described." in shown
    made.environment.refresh_from_db()
    read = made.environment.facts_digest
    assert read in shown
    attest_statements(
        environment=made.environment, answers={("baseline", "iso-2"): Answer("met", "And more.")}, by=made.applicant
    )
    answer = officer.post(page, {"note": "", "seen": read})
    assert "changed since you read it" in answer.content.decode()
    assert not decide(made.question()).permitted
    made.environment.refresh_from_db()
    assert officer.post(page, {"note": "", "seen": made.environment.facts_digest}).status_code == 302
    assert decide(made.question()).permitted


def test_a_provider_lists_filters_and_exports_releases(made: make.GrantCast) -> None:
    staff = client_for(made.staff)
    page = reverse("grants:releases")
    assert str(made.release) in staff.get(f"{page}?state=released&capability_tier=general").content.decode()
    lines = b"".join(staff.get(f"{page}?export=csv")).decode("utf-8-sig").splitlines()
    assert [line.count(made.release.key) for line in lines] == [0, 1]
    assert staff.get(f"{page}?state=retired&export=xlsx").status_code == 200
    assert made.release.model.name in staff.get(f"{reverse('grants:models')}?q=Meridian").content.decode()


def test_a_release_that_a_grant_names_says_why_it_cannot_be_changed(made: make.GrantCast) -> None:
    staff = client_for(made.staff)
    shown = staff.get(reverse("grants:release", args=[made.release.pk])).content.decode()
    assert "so it stays as it is" in shown
    page = reverse("grants:release_edit", args=[made.release.pk])
    assert staff.get(page).status_code == 403
    assert staff.post(page, {"version": "9"}).status_code == 403


def test_a_release_is_changed_on_its_page_before(made: make.GrantCast) -> None:
    release, by = make.make_release(out=False)
    page = reverse("grants:release_edit", args=[release.pk])
    sent = {"version": "4.2", "key": release.key, "capability_tier": "advanced", "access_routes": ["api"], "notes": ""}
    assert client_for(by).post(page, sent).status_code == 302
    release.refresh_from_db()
    assert (release.version, release.capability_tier) == ("4.2", "advanced")


def test_the_grants_own_pages_say_what_they_do_not_cover(made: make.GrantCast) -> None:
    release = announce_release(
        model=made.release.model, version="5", key="meridian-five", capability_tier="general", access_routes=["api"],
        by=made.staff,
    )  # fmt: skip
    for who, page in (
        (made.applicant, reverse("grants:grant", args=[made.grant.pk])),
        (made.officer, reverse("admin:grants_grant_change", args=[made.grant.pk])),
        (made.officer, reverse("admin:grants_rereview_changelist")),
    ):
        assert str(release) in client_for(who).get(page).content.decode(), page
    page = reverse("admin:grants_rereview_look", args=[ReReview.objects.get().pk])
    officer = client_for(made.officer)
    assert officer.post(page, {"outcome": "no_change", "note": "They do not need it."}).status_code == 302
    own = client_for(made.applicant).get(reverse("grants:grant", args=[made.grant.pk])).content.decode()
    assert "They do not need it." in own
