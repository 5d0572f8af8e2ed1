"""Who gets which file of a document: the whole truth table of the rule, markings, and when a notice is due."""

from __future__ import annotations

import pytest

from partners.models import Evidence
from partners.models.evidence import NOTICE_DAYS
from partners.rules.evidence import WIDTH, is_wider, may_read_in_full, notice_due

READERS = {
    "the institution itself": {"own": True, "home": False, "named": False},
    "named at the home authority": {"own": False, "home": True, "named": True},
    "another officer of the home authority": {"own": False, "home": True, "named": False},
    "a signatory of another authority": {"own": False, "home": False, "named": True},
    "another reader of the case": {"own": False, "home": False, "named": False},
}
FULL = {
    "clear": set(READERS),
    "green": set(READERS),
    "amber": set(READERS),
    "amber_strict": set(READERS) - {"a signatory of another authority", "another reader of the case"},
    "red": {"the institution itself", "named at the home authority"},
}
"""Marking → who reads the document in full. Everybody else who may open the case gets a copy, or the reason."""


@pytest.mark.parametrize("marking", FULL)
@pytest.mark.parametrize("reader", READERS)
def test_who_reads_a_document_in_full(marking: str, reader: str) -> None:
    verdict = may_read_in_full(marking, **READERS[reader])
    assert bool(verdict) is (reader in FULL[marking])
    assert verdict or "redacted copy" in str(verdict.reason)


def test_every_marking_has_its_place() -> None:
    assert set(FULL) == set(WIDTH) == set(Evidence.Marking.values)
    assert is_wider("green", "red")
    assert not is_wider("red", "red")
    assert not is_wider("red", "green")


@pytest.mark.parametrize(
    ("left", "sent", "due"),
    [
        (61, None, None),
        (60, None, 60),
        (45, 60, None),
        (29, 60, 30),
        (5, None, 7),
        (5, 7, None),
        (0, 30, 7),
        (-1, None, None),
    ],
)
def test_the_narrowest_notice_that_was_reached_is_due_once(left: int, sent: int | None, due: int | None) -> None:
    assert notice_due(left, sent, NOTICE_DAYS) == due
