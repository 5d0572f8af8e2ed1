"""Alerts on the desk: the page of one, with its reason and its picture, and what a person makes of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from audits.actions import alert as deeds
from audits.admin.base import CaseAdmin, filter_by_state
from audits.alert_reasons import reason_again, reason_of, times_of
from audits.forms.alert import EscalateForm, NothingForm, QuestionForm
from audits.models import Alert
from audits.queries.alert import alerts_on_desk, picture_of, recurrences_of, verdicts_of
from audits.states import ALERT
from audits.views.deeds import DeedPage
from grants.queries.words import Words
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.templatetags import ui

PAGES = (
    DeedPage(
        "nothing",
        "clear",
        lambda alert, said, by: deeds.clear_alert(alert=alert, note=said["note"], by=by),
        NothingForm,
    ),
    DeedPage(
        "question",
        "question",
        lambda alert, said, by: deeds.question_alert(alert=alert, note=said["note"], by=by),
        QuestionForm,
    ),
    DeedPage(
        "incident",
        "escalate",
        lambda alert, said, by: deeds.escalate_alert(alert=alert, by=by, **said),
        EscalateForm,
        _("An incident is opened, and its deadlines begin to run. The partner hears of it."),
        options=lambda _alert, _actor: {"rulebook": rules()},
        initial=lambda alert: {"title": alert.get_kind_display()},
    ),
)


class AlertAdmin(CaseAdmin):
    """Alerts: case officers of the authority that runs the partner's case, and the partner's auditors."""

    roles_view: ClassVar = frozenset({"case_officer", "auditor"})
    pages = PAGES
    primary = ("clear", "question", "escalate")
    page_template = "admin/audits/alert.html"
    page_related = (
        "institution__organisation",
        "authority",
        "release__model",
        "line__grant",
        "gateway__organisation",
        "incident",
    )
    list_display = ("link", "kind", "institution_name", "raised", "times", "state_tag")
    list_filter = (filter_by_state(ALERT.choices), "kind")
    list_select_related = ("institution__organisation",)
    search_fields = ("reference", "institution__organisation__name")
    ordering = ("-raised_at", "-pk")

    def visible(self, rows: Any, actor: Actor) -> Any:
        return alerts_on_desk(rows, actor)

    @admin.display(description=_("Raised"), ordering="raised_at")
    def raised(self, row: Alert) -> str:
        return ui.short_day(row.raised_at)

    def parts(self, subject: Alert, actor: Actor, request: PortalRequest) -> dict[str, Any]:
        incident = subject.incident
        seen = incident is not None and actor.has("case_officer")
        return {
            "alert": subject,
            "reason": reason_of(subject),
            "use": Words(rules(subject.rulebook)).use_case(subject.use_case) if subject.use_case else "",
            "picture": picture_of(subject),
            "verdicts": verdicts_of(subject),
            "times": times_of(subject),
            "recurrences": [(row, reason_again(subject, row)) for row in recurrences_of(subject)],
            "incident_url": reverse("admin:audits_incident_change", args=[subject.incident_id]) if seen else "",
            "list_url": reverse("audits:alerts"),
        }
