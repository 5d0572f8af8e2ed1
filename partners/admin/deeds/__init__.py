"""The pages of the deeds on a case."""

from __future__ import annotations

from partners.admin.deeds.asking import ask_page, declare_page
from partners.admin.deeds.assessing import assess_page, assess_section_page
from partners.admin.deeds.buttons import outsider, question, unassign
from partners.admin.deeds.page import Page, deed_page
from partners.admin.deeds.table import DEEDS

PAGES: dict[str, Page] = {
    **{name: deed_page(deed) for name, deed in DEEDS.items() if name != "ask"},
    "ask": ask_page,
    "declare": declare_page,
    "assess": assess_page,
}
"""Every deed that is asked for on a page of its own, by the end of its address."""

__all__ = ["PAGES", "assess_section_page", "outsider", "question", "unassign"]
