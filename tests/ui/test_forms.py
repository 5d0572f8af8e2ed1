"""Forms: labels, hints and errors belong to their fields; nothing needs a script."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html
from django.utils.safestring import mark_safe
from unfold.widgets import UnfoldAdminTextInputWidget

from portal.core.verdicts import refused
from portal.ui.forms import Described, MemorableDateField, UswdsRenderer, refuse, summary_of
from portal.ui.templatetags import ui


class Question(forms.Form):
    name = forms.CharField(label="Name", help_text="As it is registered.", max_length=20)
    nickname = forms.CharField(label="Nickname", required=False)
    kind = forms.ChoiceField(
        label="Kind", widget=forms.RadioSelect, choices=[("a", Described("First", "Second line")), ("b", "Other")]
    )
    uses = forms.MultipleChoiceField(
        label="Uses", widget=forms.CheckboxSelectMultiple, choices=[("x", "X"), ("y", "Y")]
    )
    founded = MemorableDateField(label="Founded")
    until = forms.DateField(label="Until", required=False)
    why = forms.CharField(label="Why", widget=forms.Textarea, max_length=500)
    proof = forms.FileField(label="Proof", required=False)
    agreed = forms.BooleanField(label="I agree")


class Elements(HTMLParser):
    """The start tags of a page as (name, attributes)."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.all: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.all.append((tag, dict(attrs)))

    def by_id(self, wanted: str) -> dict[str, str | None]:
        return next(attrs for _, attrs in self.all if attrs.get("id") == wanted)

    @property
    def ids(self) -> set[str]:
        return {str(attrs["id"]) for _, attrs in self.all if attrs.get("id")}


@pytest.fixture
def empty() -> Elements:
    return Elements(str(Question()))


@pytest.fixture
def wrong() -> Elements:
    return Elements(str(Question({"founded_day": "31", "founded_month": "2", "founded_year": "2001"})))


def test_every_control_has_a_label(empty: Elements) -> None:
    named = {attrs.get("for") for tag, attrs in empty.all if tag == "label"}
    controls = {str(attrs["id"]) for tag, attrs in empty.all if tag in ("input", "select", "textarea")}
    assert controls - named == set()


def test_groups_are_fieldsets_with_a_legend(empty: Elements) -> None:
    tags = [tag for tag, _ in empty.all]
    assert tags.count("fieldset") == tags.count("legend") == 3


def test_hints_are_linked(empty: Elements) -> None:
    described = empty.by_id("id_name")["aria-describedby"]
    assert described == "id_name_helptext"
    assert described in empty.ids


def test_errors_are_linked_to_the_control(wrong: Elements) -> None:
    control = wrong.by_id("id_name")
    assert control["aria-invalid"] == "true"
    for part in str(control["aria-describedby"]).split():
        assert part in wrong.ids


def test_the_summary_links_to_controls_that_are_there(wrong: Elements) -> None:
    links = [str(attrs["href"])[1:] for tag, attrs in wrong.all if tag == "a"]
    assert len(links) == 6
    assert set(links) <= wrong.ids


def test_a_missing_answer_names_its_question() -> None:
    found = dict(summary_of(Question({})))
    assert found["id_name"] == "Fill in “Name”."
    assert found["id_kind_0"] == "Choose an answer to “Kind”."
    assert found["id_agreed"] == "Tick “I agree” to go on."


def test_optional_is_marked_and_required_is_not() -> None:
    html = str(Question())
    assert html.count("(optional)") == 3
    assert " required" not in html.replace("aria-required", "")


def test_a_limit_counts_down(empty: Elements) -> None:
    assert any(attrs.get("data-maxlength") == "500" for _, attrs in empty.all)


def test_a_second_line_of_a_choice_is_shown() -> None:
    assert "Second line" in str(Question()["kind"])


def test_widgets_of_the_desk_keep_their_look() -> None:
    class Desk(forms.Form):
        name = forms.CharField(widget=UnfoldAdminTextInputWidget)

    assert "usa-input" not in str(Desk()["name"])


def test_a_native_date_is_given_as_browsers_want_it() -> None:
    html = str(Question(initial={"until": date(2027, 5, 3)})["until"])
    assert 'type="date"' in html
    assert 'value="2027-05-03"' in html


def test_a_refusal_is_told_in_the_summary_with_its_rule() -> None:
    form = Question({})
    refuse(form, refused("One question is open.", code="open", rule="quorum.initial"))
    assert summary_of(form)[0] == ("", "One question is open. (quorum.initial)")


def test_words_of_a_person_are_escaped() -> None:
    html = str(Question({"name": "<script>alert(1)</script>", "founded_day": '"><b>'}))
    assert "<script>" not in html
    assert '"><b>' not in html


@pytest.mark.parametrize(
    ("day", "month", "year", "expected"),
    [
        ("3", "5", "2027", date(2027, 5, 3)),
        ("03", "05", "2027", date(2027, 5, 3)),
        ("29", "2", "2028", date(2028, 2, 29)),
    ],
)
def test_three_boxes_make_a_date(day: str, month: str, year: str, expected: date) -> None:
    assert _founded(day, month, year).cleaned_data["founded"] == expected


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "2", "2027"),
        ("3", "", "2027"),
        ("x", "5", "2027"),
        ("3", "5", "27000"),
        ("-1", "5", "2027"),
        ("\x00", "1", "1"),
    ],
)
def test_what_is_no_date_is_said_and_kept(day: str, month: str, year: str) -> None:
    form = _founded(day, month, year)
    assert "founded" in form.errors
    assert form.errors.as_data()["founded"][0].code == "invalid"


def _founded(day: str, month: str, year: str) -> Question:
    form = Question({"founded_day": day, "founded_month": month, "founded_year": year})
    form.is_valid()
    return form


def test_a_date_is_put_back_into_its_boxes() -> None:
    html = str(Question(initial={"founded": date(2001, 5, 3)})["founded"])
    assert [f'value="{part}"' in html for part in ("3", "5", "2001")] == [True, True, True]


def test_a_field_may_depend_on_another_answer() -> None:
    html = ui.field(Question()["nickname"], when="kind", when_value="a|b")
    assert 'data-when="kind" data-when-value="a|b"' in html


def test_the_page_title_may_be_the_question() -> None:
    assert "<h1>Kind" in ui.field(Question()["kind"], large="h1").replace("\n", "")


class Marked(forms.Select):
    """A select whose options have attributes of every kind."""

    def create_option(self, name: str, value: Any, *rest: Any, **more: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *rest, **more)
        option["attrs"] |= {"disabled": value == "b", "data-note": '"<&', "hidden": False}
        return option


@pytest.mark.parametrize("value", ["", "a", "b", "<c>"])
def test_options_are_those_that_django_writes(value: str) -> None:
    choices = [
        ("", "Choose"),
        ("a", "A & co"),
        ("Group <1>", [("b", mark_safe("B&amp;b")), ("<c>", "<b>C</b>")]),
        (7, 7),
    ]
    widget = Marked(choices=choices)
    ours = widget.render("kind", value, {"id": "k"}, renderer=UswdsRenderer())
    theirs = widget.render("kind", value, {"id": "k"}, renderer=DjangoTemplates())
    assert parse_html(ours) == parse_html(theirs)
    assert "<optgroup" in ours


def test_no_field_carries_an_inline_style() -> None:
    html: Any = str(Question({}))
    assert "style=" not in html
    assert "onclick" not in html
