"""Catalogues of statements at the desk: listed, read, exported, checked and imported."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from grants.actions.statement import adopt_catalogue, import_statements
from grants.catalogues import BASELINE_KEY, Read, read_statements
from grants.forms.statement_catalogue import MOST_BYTES
from grants.models import AdoptedCatalogue, StatementCatalogue
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.ledger.models import Entry
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.query_budget import assert_query_budget
from tests.world import client_for

pytestmark = pytest.mark.django_db
LIST, IMPORT = "admin:grants_statementcatalogue_changelist", "admin:grants_statementcatalogue_import"


def text(version: str = "1", **statements: str) -> bytes:
    rows = "\n".join(f"      - {{id: {key}, text: {words}}}" for key, words in statements.items())
    group = "groups:\n  - key: logging\n    title: Logging\n    statements:"
    return f'title: Labs\nversion: "{version}"\n{group}\n{rows}\n'.encode()


def read(version: str = "1", **statements: str) -> Read:
    return read_statements(text(version, **statements), form="scheme")


def send(client: Client, content: bytes, act: str = "import", name: str = "labs.yaml", **more: str) -> Any:
    upload = SimpleUploadedFile(name, content)
    return client.post(reverse(IMPORT), {"key": "labs", "form": "scheme", "upload": upload, "act": act, **more})


@pytest.fixture
def officer(made: make.GrantCast) -> Client:
    return client_for(made.officer)


@pytest.fixture
def labs(made: make.GrantCast) -> StatementCatalogue:
    """A catalogue that the environment of the grant answers."""
    catalogue = import_statements(key="labs", read=read(a="One.", b="Two."), by=SYSTEM, source="The laboratories")
    adopt_catalogue(environment=made.environment, catalogue=catalogue, by=made.applicant)
    return catalogue


def page_of(client: Client, catalogue: StatementCatalogue, **query: str) -> str:
    url = reverse("admin:grants_statementcatalogue_change", args=[catalogue.pk])
    answer = client.get(url, query)
    return b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()  # type: ignore[attr-defined]


def test_a_catalogue_is_listed_and_read_with_who_answers_it(
    made: make.GrantCast, officer: Client, labs: StatementCatalogue
) -> None:
    listed = officer.get(reverse(LIST)).content.decode()
    assert "Labs" in listed
    page = page_of(officer, labs)
    for words in ("The laboratories", "One.", "Two.", made.environment.name, made.institution.name, "0 of 2"):
        assert words in page, words


def test_statements_and_environments_are_exported(
    made: make.GrantCast, officer: Client, labs: StatementCatalogue
) -> None:
    statements = page_of(officer, labs, export="csv").splitlines()
    assert len(statements) == 3
    assert "One." in statements[1]
    environments = page_of(officer, labs, export="csv", of="environments").splitlines()
    assert len(environments) == 2
    assert made.environment.name in environments[1]
    url = reverse("admin:grants_statementcatalogue_change", args=[labs.pk])
    assert officer.get(url, {"export": "xlsx"}).content[:2] == b"PK"


def test_a_file_is_checked_without_changing_anything(officer: Client, labs: StatementCatalogue) -> None:
    page = send(officer, text("2", b="Two, reworded.", c="Three."), act="check").content.decode()
    assert "Labs, version 2: 2 statements can be imported" in page
    assert "New: 1. In other words than before: 1. No longer asked: 1." in page
    assert "1 environment moves over." in page
    labs.refresh_from_db()
    assert labs.state == "in_use"


def test_an_imported_version_takes_the_place_of_the_one_before_and_says_who_imported_it(
    made: make.GrantCast, officer: Client, labs: StatementCatalogue
) -> None:
    assert send(officer, text("2", b="Two, reworded.", c="Three.")).status_code == 302
    now = StatementCatalogue.objects.get(key="labs", state="in_use")
    assert (now.version, now.supersedes_id) == ("2", labs.pk)
    entry = Entry.objects.get(object_id=now.pk)
    assert (entry.body_id, entry.role) == (made.officer.body_id, "case_officer")
    adopted = AdoptedCatalogue.objects.filter(environment=made.environment, key="labs").latest("id")
    assert (adopted.catalogue_id, adopted.new, adopted.changed) == (now.pk, ["c"], ["b"])
    made.environment.refresh_from_db()
    assert made.environment.state == "accredited"
    assert Notice.objects.filter(kind="environment_new_statements", recipient=made.applicant.user_id).exists()
    assert "Version 2 took its place" in page_of(officer, labs)
    assert "0 of 2" in page_of(officer, now)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("labs.exe", text(a="One."), "ends in .yaml"),
        ("labs.yaml", b"", "The file is empty"),
        ("labs.yaml", b"#" * (MOST_BYTES + 1), "import_statements"),
        ("labs.yaml", b"\xff\xfe\x00", "not YAML in UTF-8"),
        ("labs.yaml", b"a: &x [1]\nb: *x\n", "YAML aliases"),
        ("labs.yaml", b"title: T\nversion: '1'\n", "no statement"),
    ],
    ids=["ending", "empty", "large", "encoding", "alias", "nothing"],
)
def test_files_that_are_none_are_refused_with_the_reason(officer: Client, name: str, content: bytes, said: str) -> None:
    for act in ("check", "import"):
        answer = send(officer, content, act, name)
        assert answer.status_code == 200
        assert said in answer.content.decode()
    assert not StatementCatalogue.objects.filter(key="labs").exists()


def test_the_same_version_with_other_content_is_refused(officer: Client, labs: StatementCatalogue) -> None:
    assert "is there already" in send(officer, text("1", a="Another.")).content.decode()


def test_nobody_replaces_the_schemes_own_statements(made: make.GrantCast, officer: Client) -> None:
    assert "Choose another short name" in send(officer, text(a="One."), key=BASELINE_KEY).content.decode()
    with pytest.raises(Refused) as caught:
        import_statements(key=BASELINE_KEY, read=read(a="One."), by=made.officer)
    assert caught.value.verdict.code == "baseline"


def test_others_at_the_desk_read_and_import_nothing(made: make.GrantCast, labs: StatementCatalogue) -> None:
    signatory = client_for(made.signatory)
    assert "One." in page_of(signatory, labs)
    assert send(signatory, text("2", a="One.")).status_code == 403
    with pytest.raises(Refused):
        import_statements(key="labs", read=read("2", a="One."), by=made.signatory)


def test_the_page_costs_the_same_with_many_environments(made: make.GrantCast, labs: StatementCatalogue) -> None:
    def more(count: int) -> None:
        for _ in range(count):
            place = make.make_environment(made.institution, made.applicant, attested=False)
            adopt_catalogue(environment=place, catalogue=labs, by=made.applicant)

    url = reverse("admin:grants_statementcatalogue_change", args=[labs.pk])
    assert_query_budget(client_for(made.officer), url, more, most=16)
