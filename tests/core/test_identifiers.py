"""LEI, ROR and domain, against identifiers that are published in their registers."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.identifiers import CROCKFORD, IdentifierError, clean_domain, clean_lei, clean_ror, ror_check_digits

LEIS = ["506700GE1G29325QX363", "HWUPKR0MPOU8FGXBT394", "7LTWFZYICNSX8D621K86", "INR2EJN1ERAN0W5ZP974"]
RORS = ["03yrm5c26", "042nb2s44", "013meh722", "052gg0110", "00f54p054", "03vek6s52", "05a28rw58", "02e2c7k09"]


@pytest.mark.parametrize("lei", LEIS)
def test_a_published_lei_is_right_however_it_is_typed(lei: str) -> None:
    assert clean_lei(lei) == lei
    assert clean_lei(f"  {lei[:4]} {lei[4:].lower()}\u200b ") == lei


@pytest.mark.parametrize("ror", RORS)
def test_a_published_ror_is_right_however_it_is_typed(ror: str) -> None:
    written = f"https://ror.org/{ror}"
    for typed in (ror, ror.upper(), written, f"ror.org/{ror}/", f" http://www.ror.org/{ror} "):
        assert clean_ror(typed) == written


@given(st.sampled_from(RORS), st.integers(0, 8), st.sampled_from(CROCKFORD))
def test_one_wrong_character_in_a_ror_is_found(ror: str, place: int, char: str) -> None:
    changed = ror[:place] + char + ror[place + 1 :]
    if changed == ror:
        return
    with pytest.raises(IdentifierError):
        clean_ror(changed)


@given(st.sampled_from(RORS), st.integers(1, 5))
def test_two_neighbours_swapped_in_a_ror_are_found(ror: str, place: int) -> None:
    changed = ror[:place] + ror[place + 1] + ror[place] + ror[place + 2 :]
    if changed == ror:
        return
    with pytest.raises(IdentifierError):
        clean_ror(changed)


@given(st.sampled_from(LEIS), st.integers(0, 19), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_character_in_an_lei_is_found(lei: str, place: int, char: str) -> None:
    changed = lei[:place] + char + lei[place + 1 :]
    if changed == lei or char.isdigit() != lei[place].isdigit():
        return  # a letter counts for two digits there, so a digit in its place can go unseen
    with pytest.raises(IdentifierError):
        clean_lei(changed)


def test_check_digits_that_only_have_the_right_remainder_are_refused() -> None:
    stem = next(f"{n:018d}" for n in range(200) if (98 - int(f"{n:018d}00") % 97) == 98)
    assert clean_lei(f"{stem}98")
    with pytest.raises(IdentifierError):
        clean_lei(f"{stem}01")


def test_the_pattern_alone_does_not_make_a_ror() -> None:
    assert ror_check_digits("03yrm5c") == "26"
    with pytest.raises(IdentifierError, match="check digits"):
        clean_ror("03yrm5c27")


@pytest.mark.parametrize(
    "wrong", ["", "x", "0", "3yrm5c260", "03yrl5c26", "03yrm5cab", "٠3yrm5c26", 3, None, "0" * 400]
)
def test_what_is_no_ror_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(IdentifierError) as error:
        clean_ror(wrong)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    "wrong", ["", "506700GE1G29325QX36", "506700GE1G29325QX3AA", "５06700GE1G29325QX363", 20, None]
)
def test_what_is_no_lei_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(IdentifierError) as error:
        clean_lei(wrong)
    assert str(error.value).endswith(".")


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("cam.ac.uk", "cam.ac.uk"),
        ("https://www.Cam.ac.uk/about?x#y", "cam.ac.uk"),
        (" institute.example. ", "institute.example"),
        ("münchen.de", "xn--mnchen-3ya.de"),
        ("XN--MNCHEN-3YA.de", "xn--mnchen-3ya.de"),
    ],
)
def test_a_domain_is_kept_in_one_form(typed: str, domain: str) -> None:
    assert clean_domain(typed) == domain


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "localhost",
        "192.168.0.1",
        "a_b.example",
        "-a.example",
        "a..b",
        "x" * 80 + ".de",
        "a@b.example",
        "a.example:80",
        "\ud800.example",
        "xn--zzzzzz9999.example.",
        "javascript:alert(1)",
        None,
    ],
)
def test_what_is_no_domain_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(IdentifierError) as error:
        clean_domain(wrong)
    assert str(error.value).endswith(".")


@given(st.one_of(st.text(max_size=400), st.integers(), st.none(), st.binary()))
def test_nothing_that_is_typed_breaks_a_check(typed: object) -> None:
    for clean in (clean_lei, clean_ror, clean_domain):
        with suppress(IdentifierError):
            assert clean(clean(typed)) == clean(typed)
