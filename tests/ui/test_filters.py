"""Filters that several lists have."""

from __future__ import annotations

from portal.ui.filters import YesNoFilter


def test_nothing_chosen_reads_as_any_and_keeps_every_row() -> None:
    field = YesNoFilter(label="Open").field
    shown = field.widget.render("open", None)
    assert "Any" in shown
    assert "Unknown" not in shown
    assert [field.clean(value) for value in (None, "unknown", "true", "false")] == [None, None, True, False]
