"""The condition engine against a naive reading of the same expression, on any answers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from portal.rulebook.schema import Condition, holds, leaves
from portal.rulebook.schema.conditions import depth

ADAPTER: TypeAdapter[Any] = TypeAdapter(Condition)
KEYS = ("a", "b", "c")
SCALARS = st.one_of(
    st.booleans(), st.integers(-3, 3), st.sampled_from([0.5, 1.0]), st.sampled_from(["", "x", "1", "true"])
)
ANSWERS = st.dictionaries(
    st.sampled_from(KEYS),
    st.one_of(
        st.none(),
        SCALARS,
        st.lists(st.sampled_from(["x", "y", "1"]), max_size=3),
        st.dictionaries(st.sampled_from(["x"]), SCALARS, max_size=1),
    ),
)
LEAVES = st.one_of(
    st.fixed_dictionaries({"question": st.sampled_from(KEYS), "equals": SCALARS}),
    st.fixed_dictionaries({"question": st.sampled_from(KEYS), "in": st.lists(SCALARS, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"question": st.sampled_from(KEYS), "includes": st.sampled_from(["x", "y", ""])}),
    st.fixed_dictionaries({"question": st.sampled_from(KEYS), "at_least": st.integers(-3, 3)}),
    st.fixed_dictionaries({"question": st.sampled_from(KEYS), "answered": st.booleans()}),
    st.fixed_dictionaries({"organisation": st.lists(st.sampled_from(["company", "university"]), min_size=1)}),
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
    ),
    max_leaves=8,
)


def json_equal(left: Any, right: Any) -> bool:
    return (type(left) is type(right) and left == right) or (
        {type(left), type(right)} <= {int, float} and left == right
    )


def naive(condition: dict[str, Any], answers: dict[str, Any], kind: str) -> bool:
    """The expression as its definition reads, on the plain JSON."""
    if "not" in condition:
        return not naive(condition["not"], answers, kind)
    if "all" in condition:
        return False not in [naive(item, answers, kind) for item in condition["all"]]
    if "any" in condition:
        return True in [naive(item, answers, kind) for item in condition["any"]]
    if "organisation" in condition:
        return kind in condition["organisation"]
    answer = answers.get(condition["question"])
    if "equals" in condition:
        return json_equal(answer, condition["equals"])
    if "in" in condition:
        return any(json_equal(answer, item) for item in condition["in"])
    if "includes" in condition:
        return isinstance(answer, list) and condition["includes"] in answer
    if "at_least" in condition:
        return type(answer) in (int, float) and answer >= condition["at_least"]
    return (answer is not None and answer not in ("", [], {})) == condition["answered"]


@given(CONDITIONS, ANSWERS, st.sampled_from(["company", "university", ""]))
def test_a_condition_means_what_its_text_says(condition: dict[str, Any], answers: dict[str, Any], kind: str) -> None:
    assert holds(ADAPTER.validate_python(condition), answers, kind) is naive(condition, answers, kind)


@given(CONDITIONS)
def test_a_condition_survives_writing_and_reading(condition: dict[str, Any]) -> None:
    parsed = ADAPTER.validate_python(condition)
    assert ADAPTER.validate_python(ADAPTER.dump_python(parsed, mode="json")) == parsed


@given(CONDITIONS, ANSWERS)
def test_only_the_questions_that_are_named_decide(condition: dict[str, Any], answers: dict[str, Any]) -> None:
    parsed = ADAPTER.validate_python(condition)
    named = {leaf.question for leaf in leaves(parsed) if hasattr(leaf, "question")}
    others = {key: value for key, value in answers.items() if key in named}
    assert holds(parsed, answers, "company") is holds(parsed, others, "company")
    assert depth(parsed) >= 1


def test_true_is_not_one_and_one_is_one_point_nought() -> None:
    one = ADAPTER.validate_python({"question": "a", "equals": 1})
    assert holds(one, {"a": 1.0})
    assert not holds(one, {"a": True})
    assert not holds(ADAPTER.validate_python({"question": "a", "equals": True}), {"a": 1})
