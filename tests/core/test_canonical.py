"""Canonical JSON against the vectors of RFC 8785, and what may go into the record at all."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import rfc8785
from django.utils.translation import gettext_lazy
from hypothesis import given
from hypothesis import strategies as st

from portal.core.canonical import canonical, digest


def test_the_example_of_rfc_8785_section_3_2_2():
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    expected = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value) == expected.encode()


def test_keys_are_sorted_by_utf_16_as_in_section_3_2_3():
    keys = ["€", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "ö"]
    ordered = list(json.loads(canonical(dict.fromkeys(keys, 0))))
    assert ordered == ["\r", "1", "\u0080", "ö", "€", "\U0001f600", "\ufb33"]


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        ("0000000000000000", "0"),
        ("8000000000000000", "0"),
        ("0000000000000001", "5e-324"),
        ("7fefffffffffffff", "1.7976931348623157e+308"),
        ("4340000000000000", "9007199254740992"),
        ("444b1ae4d6e2ef4f", "999999999999999900000"),
        ("444b1ae4d6e2ef50", "1e+21"),
        ("3eb0c6f7a0b5ed8d", "0.000001"),
        ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
        ("41b3de4355555555", "333333333.3333333"),
    ],
)
def test_numbers_are_written_as_in_appendix_b(bits, text):
    import struct

    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert canonical(number) == text.encode()


def test_what_is_not_json_has_one_writing():
    assert json.loads(
        canonical(
            {
                "moment": datetime(2026, 3, 1, 12, tzinfo=UTC),
                "day": date(2026, 3, 1),
                "id": UUID(int=7),
                "sum": Decimal("1.10"),
                "bytes": b"\x00\xff",
                "set": {"b", "a"},
                "words": gettext_lazy("Home"),
                "large": 2**60,
                "pair": (1, 2),
            }
        )
    ) == {
        "moment": "2026-03-01T12:00:00+00:00",
        "day": "2026-03-01",
        "id": "00000000-0000-0000-0000-000000000007",
        "sum": "1.10",
        "bytes": "00ff",
        "set": ["a", "b"],
        "words": "Home",
        "large": str(2**60),
        "pair": [1, 2],
    }


@pytest.mark.parametrize("value", [object(), {"key": object()}, [Exception()], lambda: None])
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(TypeError):
        canonical(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_none_are_refused(value):
    with pytest.raises(ValueError):
        canonical(value)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_equal_values_have_equal_bytes_and_survive_reading(value):
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
    assert digest(value) == hashlib.sha256(written).hexdigest()


whole = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
numbers = whole | st.floats(allow_nan=False, allow_infinity=False)
tree = st.recursive(numbers, lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside), max_leaves=12)


@given(tree)
def test_the_quick_way_writes_what_the_library_writes(value):
    try:
        wanted = rfc8785.dumps(value)
    except rfc8785.CanonicalizationError:
        with pytest.raises(rfc8785.CanonicalizationError):
            canonical(value)
        return
    assert canonical(value) == wanted


@pytest.mark.parametrize("number", [1.0, -0.0, 1e22, -2.5e-9, 0.1])
def test_fractions_are_found_wherever_they_stand(number):
    inside: list[Any] = [number, [number], [1, number], {"a": number}, {"a": 1, "b": [["x", number]]}]
    for value in (*inside, {"a": [{"b": number}]}):
        assert canonical(value) == rfc8785.dumps(value)
