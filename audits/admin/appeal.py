"""Appeals on the desk: officers of the authority speak for the decision, signatories see where appeals stand."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from audits.actions.hearing import add_statement
from audits.admin.base import due_tag, filter_by_state
from audits.admin.documents import WithPapers
from audits.forms.appeal import StatementForm
from audits.models import Appeal
from audits.states import APPEAL
from audits.views.appeals import shown
from audits.views.deeds import DeedPage
from audits.views.papers import ids, papers_for
from grants.models.hold import TARGETS
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui.templatetags import ui

PAGES = (
    DeedPage(
        "statement",
        "state",
        lambda appeal, said, by: add_statement(appeal=appeal, text=said["text"], documents=ids(said), by=by),
        StatementForm,
        _("You speak for the decision of your authority. You can add statements until the hearing is closed."),
        options=papers_for,
        papers=True,
    ),
)


HELD = tuple(f"hold__{name}" for name in TARGETS)


class AppealAdmin(WithPapers):
    """Appeals against decisions of the officer's authority; signatories see all, and judge on the panel's own pages."""

    roles_view: ClassVar = frozenset({"case_officer", "signatory"})
    pages = PAGES
    page_template = "admin/audits/appeal.html"
    page_related = (
        "institution__organisation", "authority", "case", "application", "grant_request",
        "hold__partner__organisation", *HELD,
    )  # fmt: skip
    list_display = ("link", "institution_name", "against_label", "lodged", "due", "state_tag")
    list_filter = (filter_by_state(APPEAL.choices),)
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-lodged_at", "pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        if actor.has("signatory"):
            return rows
        return rows.filter(authority_id=actor.body_id)

    @admin.display(description=_("Against"), ordering="against")
    def against_label(self, row: Appeal) -> str:
        return row.get_against_display()

    @admin.display(description=_("Lodged"), ordering="lodged_at")
    def lodged(self, row: Appeal) -> str:
        return ui.short_day(row.lodged_at)

    @admin.display(description=_("To be decided by"), ordering="decide_by")
    def due(self, row: Appeal) -> SafeString | str:
        return due_tag(row.decide_by, open_=row.state in ("admitted", "heard")) if row.decide_by else "–"

    def parts(self, subject: Appeal, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        return shown(subject, partial(self.address_of_id, subject))
