"""What an institution sees of its grants: the matrix, every line, use against limits, and how to connect."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
from datetime import timedelta

from django.urls import reverse

from grants.actions.hold import place_hold
from grants.actions.surrender import surrender_line
from grants.models import AccessTally, GrantLine
from grants.queries.grant import lines_of_grant
from grants.queries.own import scope_table
from grants.rules.connect import snippets
from portal.core import clock
from portal.rulebook.queries import rules
from tests.factories import grants as make
from tests.factories.accounts import bearer_of, make_gateway, make_member
from tests.factories.partners import Cast
from tests.query_budget import assert_query_budget
from tests.served import portal, served
from tests.world import client_for

__all__ = ["portal", "served"]


def table(made: make.GrantCast) -> dict[tuple[str, str], list[str]]:
    """(use, release) → states of the lines drawn there."""
    found = scope_table(made.institution.pk, rules(), clock.today())
    assert found is not None
    return {
        (row.use_case, str(release)): [entry.state for entry in entries]
        for row in found.rows
        for release, entries in row.cells
    }


def test_the_matrix_says_what_is_in_force_held_and_ended(partner: Cast, made: make.GrantCast) -> None:
    release = str(made.line.release)
    assert table(made) == {("Evaluation", release): ["in_force"]}
    hold = place_hold(target=made.line, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    assert table(made) == {("Evaluation", release): ["held"]}
    assert hold.state == "placed"
    with clock.at(clock.now() + timedelta(days=301)):
        assert table(made) == {("Evaluation", release): ["ended"]}


def test_the_page_draws_the_matrix_with_conditions_and_links_to_the_line(made: make.GrantCast) -> None:
    page = client_for(made.applicant).get(reverse("grants:grants")).content.decode()
    assert "Lines in force: 1" in page
    assert f"{reverse('grants:grant', args=[made.grant.pk])}#line-1" in page
    assert 'data-label="Use and environment"' in page, "a list on a phone"


def test_the_matrix_and_the_list_cost_the_same_with_many(partner: Cast, made: make.GrantCast) -> None:
    client = client_for(made.applicant)

    def more(count: int) -> None:
        for _ in range(count // 8 + 1):
            make.grant_in_force({}, {"data_class": "published"}, made=partner, provider=made.release.provider,
                                staff=made.staff)  # fmt: skip

    assert_query_budget(client, reverse("grants:own_lines"), more)
    assert_query_budget(client, reverse("grants:grants"), more)


def test_lines_are_filtered_and_exported(made: make.GrantCast) -> None:
    client, url = client_for(made.applicant), reverse("grants:own_lines")
    assert "Evaluation" in client.get(url).content.decode()
    exported = client.get(url, {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(exported.getvalue().decode("utf-8-sig"))))
    assert [row["Line"] for row in rows] == [f"{made.grant.reference}/1"]
    assert [(row["Use"], row["State"]) for row in rows] == [("Evaluation", "In force")]
    assert client.get(url, {"export": "xlsx"}).status_code == 200
    assert "No" in client.get(url, {"use_case": "red_teaming"}).content.decode()
    for wrong in ({"release": "x"}, {"environment": "' OR 1"}, {"use_case": "?"}, {"sort": "secret"}):
        assert client.get(url, wrong).status_code == 200


def tally(made: make.GrantCast, count: int, *, permitted: bool = True, days_ago: int = 0) -> None:
    line = made.line
    AccessTally.objects.create(
        window=clock.now() - timedelta(days=days_ago), provider_id=line.provider_id, institution_id=line.institution_id,
        release_id=line.release_id, line_id=line.pk if permitted else None, use_case=line.use_case,
        permitted=permitted, reason_code="" if permitted else "line_held", count=count,
    )  # fmt: skip


def test_use_is_told_by_day_against_the_limit(made: make.GrantCast) -> None:
    for count, days in ((300, 0), (20, 0), (70, 3), (9, 31)):
        tally(made, count, days_ago=days)
    tally(made, 5, permitted=False)
    page = client_for(made.applicant).get(reverse("grants:use", args=[made.grant.pk])).content.decode()
    assert "320 of 1,000" in page
    assert "Gateways asked 395 times in 30 days; 390 were permitted" in page
    assert "line_held" in page


def test_nothing_asked_is_said(made: make.GrantCast) -> None:
    page = client_for(made.applicant).get(reverse("grants:use", args=[made.grant.pk])).content.decode()
    assert "No gateway asked in the last 30 days" in page


def test_how_to_connect_names_the_identifiers_of_the_line(made: make.GrantCast) -> None:
    client, url = client_for(made.applicant), reverse("grants:connect", args=[made.grant.pk])
    page = client.get(url, {"line": "1"}).content.decode()
    for name in (str(made.institution.pk), made.release.key, made.environment.key, "evaluation", "synthetic"):
        assert name in page
    assert client.get(url, {"line": "' OR 1"}).status_code == 200
    keeper = make_member(made.institution.organisation, "administrator")
    line = GrantLine.objects.select_related("grant__institution__organisation").get(pk=made.line.pk)
    surrender_line(line=line, reason="Done.", by=keeper)
    assert "Every line of this grant was given back." in client.get(url).content.decode()


def run(program: str, token: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program], env={"ACCESS_TOKEN": token, "PATH": os.environ["PATH"]},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_the_python_program_runs_as_it_stands(made: make.GrantCast, served: str) -> None:
    token = bearer_of(make_gateway(made.release.provider)).split()[1]
    line = lines_of_grant(made.grant)[0]
    program = snippets(line, served)["python"]
    told = run(program, token)
    assert told.stdout.startswith("permitted"), told.stderr
    place_hold(target=made.line, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    assert run(program, token).stdout.startswith("denied")
    assert run(program, "wrong").returncode != 0


def test_curl_and_python_ask_the_same_question(made: make.GrantCast) -> None:
    code = snippets(lines_of_grant(made.grant)[0], "https://portal.example/")
    assert code["json"] in code["curl"]
    assert code["json"] in code["python"]
    compile(code["python"], "python", "exec")
    assert "https://portal.example/access/v1/evaluation" in code["curl"]


def test_from_a_line_one_comes_to_why_it_is_stopped(made: make.GrantCast) -> None:
    client = client_for(made.applicant)
    place_hold(target=made.line, reason="Lost keys.", lifted_when="New keys.", by=made.signatory)
    page = client.get(reverse("grants:grant", args=[made.grant.pk])).content.decode()
    (link,) = re.findall(rf'href="({reverse("grants:why")}[^"]*)"', page)
    answer = client.get(link.replace("&amp;", "&"))
    assert answer.status_code == 200
    assert answer.context["decision"].code == "line_held"
