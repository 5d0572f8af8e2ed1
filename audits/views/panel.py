"""The panel's room: appeals to admit, appeals that one sits on, and the deeds on them.

Panels sit across kinds of bodies: signatories of authorities and members of oversight bodies. So their pages are the
portal's, not the desk's.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from audits.access import get_own_appeal
from audits.actions import appeal as admission
from audits.actions import appeal_decision, hearing, panel
from audits.forms import appeal as forms
from audits.forms.text import ConfirmForm, ReasonForm
from audits.models import Appeal
from audits.panel_access import appeals_of, get_panel_appeal
from audits.queries.appeal import digest_of, newest_draft, votes_on
from audits.queries.panel import redraw_file, zones_for
from audits.states import APPEAL
from audits.views.appeals import events_of, shown
from audits.views.deeds import DeedPage, perform
from audits.views.papers import address_of, handed_out
from portal.accounts.guards import signed_in
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.panel import actions_for
from portal.ui.tables import DayColumn, StateColumn, Table


def _measures(appeal: Appeal, _actor: Actor) -> dict[str, Any]:
    """The rungs that could take the place of the one decided; none for a hold."""
    ladder = rules(appeal.rulebook).enforcement.ladder if appeal.case_id else ()
    return {"measures": [(step.key, step.label) for step in ladder]}


def _seen(appeal: Appeal) -> dict[str, Any]:
    draft = newest_draft(appeal)
    return {"seen": digest_of(appeal, draft)} if draft else {}


def _draft(appeal: Appeal) -> dict[str, Any]:
    """What the newest draft says, to go on from."""
    draft = newest_draft(appeal)
    if draft is None:
        return {}
    names = ("outcome", "reasons", "measure", "until", "lifted_when", "published_text")
    return {name: getattr(draft, name) for name in names}


def _hearing(appeal: Appeal) -> dict[str, Any]:
    """By the clock of the partner's authority, or as it was called before."""
    if appeal.hearing_at is None:
        return {"zone": zones_for(appeal)[0]}
    there = appeal.hearing_at.astimezone(ZoneInfo(appeal.hearing_zone)).replace(tzinfo=None)
    return {"at": there, "zone": appeal.hearing_zone, "place": appeal.hearing_place}


PAGES = (
    DeedPage(
        "admit",
        "admit",
        lambda appeal, said, by: admission.admit_appeal(appeal=appeal, reason=said["reason"], by=by),
        ReasonForm,
        _("It is open to this partner, on this ground and in time. A panel is drawn by lot, and its time begins."),
    ),
    DeedPage(
        "reject",
        "reject",
        lambda appeal, said, by: admission.reject_appeal(appeal=appeal, reason=said["reason"], by=by),
        ReasonForm,
        _("What it is about is not looked at. The decision stands."),
        dangerous=True,
    ),
    DeedPage(
        "leave",
        "decline",
        lambda appeal, said, by: panel.decline_seat(appeal=appeal, reason=said["reason"], by=by),
        ReasonForm,
        _("For a conflict of interest. You see the appeal no more; the next in the order of the lot takes your place."),
        dangerous=True,
    ),
    DeedPage(
        "stay",
        "grant_stay",
        lambda appeal, said, by: panel.grant_stay(appeal=appeal, by=by, **said),
        forms.StayForm,
        _("What the decision stopped goes on at once."),
    ),
    DeedPage(
        "no-stay",
        "refuse_stay",
        lambda appeal, said, by: panel.refuse_stay(appeal=appeal, reasons=said["reasons"], by=by),
        forms.NoStayForm,
        _("The decision stays in effect while the appeal is heard."),
    ),
    DeedPage(
        "hearing",
        "call_hearing",
        lambda appeal, said, by: hearing.call_hearing(appeal=appeal, by=by, **said),
        forms.HearingForm,
        _("Both sides and the panel are told. You can call it again for another time."),
        options=lambda appeal, _actor: {"zones": zones_for(appeal)},
        initial=_hearing,
    ),
    DeedPage(
        "note",
        "note",
        lambda appeal, said, by: hearing.note_hearing(appeal=appeal, text=said["text"], by=by),
        forms.HearingNoteForm,
    ),
    DeedPage(
        "close",
        "hear",
        lambda appeal, _said, by: hearing.close_hearing(appeal=appeal, by=by),
        ConfirmForm,
        _("Nobody adds statements or notes after this. The panel drafts its decision and votes."),
    ),
    DeedPage(
        "draft",
        "draft",
        lambda appeal, said, by: appeal_decision.draft_decision(appeal=appeal, by=by, **said),
        forms.DraftForm,
        _("The newest draft is voted on. A new one voids the votes on those before it."),
        options=_measures,
        initial=_draft,
    ),
    DeedPage(
        "vote",
        "vote",
        lambda appeal, said, by: appeal_decision.vote(appeal=appeal, by=by, **said),
        forms.VoteForm,
        _("You vote on this draft and all that the page of the appeal shows. If any of it changes, your vote is void."),
        initial=_seen,
        shows=lambda appeal: {"draft": newest_draft(appeal), "votes": []},
    ),
)
LEADS_AWAY = ("leave",)
"""Deeds after which the appeal is out of sight."""


def deed_urls() -> list[URLPattern]:
    """An address for each deed of the panel: `/appeals/panel/<id>/vote/`, named `panel_vote`."""
    return [path(f"appeals/panel/<uuid:pk>/{page.slug}/", _view(page), name=f"panel_{page.slug}") for page in PAGES]


def _view(page: DeedPage) -> Any:
    @require_http_methods(["GET", "HEAD", "POST"])
    @signed_in
    def view(request: PortalRequest, pk: UUID) -> HttpResponse:
        found = get_panel_appeal(actor=request.actor, pk=pk)
        here = reverse("audits:panel_appeal", args=[pk])
        back = reverse("audits:panel") if page.slug in LEADS_AWAY and request.method == "POST" else here
        template = "audits/panel_vote.html" if page.slug == "vote" else "audits/deed.html"
        return perform(request, page, found, back=back, template=template)

    return view


@require_safe
@signed_in
def panel_appeal(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One appeal for whoever may admit it, or sits on its panel: both sides, the decision, the draft and the votes."""
    actor: Actor = request.actor
    found = get_panel_appeal(actor=actor, pk=pk)
    urls = {page.verb: reverse(f"audits:panel_{page.slug}", args=[pk]) for page in PAGES}
    urls["decline"] = urls.pop("decline")  # the way out stands last
    if found.stay or not found.can_be_stayed:
        del urls["grant_stay"], urls["refuse_stay"]
    draft = newest_draft(found)
    context = {
        **shown(found, partial(address_of, "panel", pk)),
        "events": events_of(found, actor, own=False),
        "actions": actions_for(found, actor, urls, primary=["admit", "hear", "note", "call_hearing", "vote", "draft"]),
        "draft": draft,
        "votes": votes_on(found, draft, digest_of(found, draft)) if draft else [],
        "for_panel": True,
    }
    return render(request, "audits/panel_appeal.html", context)


@require_safe
@signed_in
def document(request: PortalRequest, pk: UUID, document: UUID) -> HttpResponse:
    """A document that a side sent, for whoever may admit the appeal or sits on its panel."""
    return handed_out(get_panel_appeal(actor=request.actor, pk=pk), document)


@require_safe
@signed_in
def draw_file(request: PortalRequest, pk: UUID, number: int) -> JsonResponse:
    """What anybody concerned needs to draw the panel again: the script for samples reads it as it is."""
    found = get_own_appeal(actor=request.actor, pk=pk) if request.actor.has("applicant") else None
    appeal = found or get_panel_appeal(actor=request.actor, pk=pk)
    drawn = get_object_or_404(appeal.draws.select_related("checkpoint"), number=number)
    return JsonResponse(redraw_file(appeal, drawn))


class PanelTable(Table):
    """Appeals before a panel."""

    reference = tables.Column(verbose_name=_("Appeal"), linkify=("audits:panel_appeal", {"pk": tables.A("pk")}))
    against = tables.Column(accessor="get_against_display", verbose_name=_("Against"))
    lodged_at = DayColumn(verbose_name=_("Lodged"))
    decide_by = DayColumn(verbose_name=_("To be decided by"))
    state = StateColumn(verbose_name=_("State"))


class PanelFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=APPEAL.choices, label=_("State"), empty_label=_("Any"))

    class Meta:
        model = Appeal
        fields: ClassVar[list[str]] = []


class PanelList(ListView):
    """Appeals that wait to be admitted by somebody like the actor, and those on whose panel the actor sits."""

    title = _("Appeal panels")
    lead = _("Appeals that you may admit, and those that you were drawn for. None that you or your body had a part in.")
    table_class = PanelTable
    filterset_class = PanelFilter
    search_fields = ("reference",)
    sorts: ClassVar = {"lodged_at": ("lodged_at",), "decide_by": ("decide_by",)}
    default_sort = "-lodged_at"
    empty_title = _("No appeals for you")
    empty_text = _("You hear as soon as you are drawn for a panel.")

    def get_queryset(self) -> QuerySet[Appeal]:
        return appeals_of(self.request.actor)
