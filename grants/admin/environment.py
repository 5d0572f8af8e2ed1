"""Environments at the desk: what is attested beside what was accredited, and the deeds of case officers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.urls import URLPattern
from django.utils.decorators import method_decorator
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from grants.access import get_environment
from grants.actions import accreditation as deeds
from grants.admin.pages import ask, desk_url, page
from grants.admin.row import RowAdmin, place_action, uuid_of
from grants.forms.desk import NoteForm
from grants.forms.fields import ReasonForm
from grants.models import Environment
from grants.queries.environment import last_accreditation
from grants.queries.hold import active_holds
from grants.queries.shown import hold_words
from grants.views.attested import attested_context
from partners.queries.timeline import tiers_for, timeline
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.ui.panel import actions_for
from portal.workflow import can

VERBS = ("accept_change", "accredit", "send_back", "suspend")


class EnvironmentAdmin(RowAdmin):
    """Environments of every institution; case officers accredit them."""

    model_name = "environment"
    list_display = ("title", "institution_name", "state_tag", "country", "accredited_until")
    list_filter = ("state", "country")
    list_select_related = ("institution__organisation",)
    search_fields = ("name", "key", "institution__organisation__name")
    search_help_text = gettext_lazy("Name, identifier or institution")
    ordering = ("-pk",)

    @admin.display(description=gettext_lazy("Environment"), ordering="name")
    def title(self, row: Environment) -> SafeString:
        return self.link(row, row.name)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        actor = request.actor
        found = get_environment(actor=actor, pk=uuid_of(object_id))
        last = last_accreditation(found)
        urls = {verb: desk_url("environment", verb, found.pk) for verb in VERBS}
        context = {
            "title": found.name,
            "environment": found,
            "actions": [
                *actions_for(found, actor, urls, primary=["accept_change", "accredit"]),
                *place_action(actor, "environment", found.pk),
            ],
            "holds": hold_words(active_holds(environment=found)),
            "timeline": timeline(found.pk, tiers=tiers_for(actor, own=False), viewer=actor),
            "crumbs": [(_("Environments"), desk_url("environment", "changelist"))],
            **attested_context(found, last),
        }
        return page(request, "admin/grants/environment.html", context)

    def get_urls(self) -> list[URLPattern]:
        pages = {
            "accredit": accredit_page,
            "accept_change": accept_page,
            "send_back": send_back_page,
            "suspend": suspend_page,
        }
        return [*self.own_urls(**pages), *super().get_urls()]


class AcceptForm(NoteForm):
    """A note, bound to what was read."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


def _accepting(
    request: PortalRequest, found: Environment, verb: str, act: Callable[..., Any], **words: Any
) -> HttpResponse:
    """The page on which an officer reads what is attested, and accepts exactly that."""
    actor: Actor = request.actor
    shown = attested_context(found, last_accreditation(found))
    return ask(
        request,
        AcceptForm(request.POST if request.method == "POST" else None, initial={"seen": found.facts_digest}),
        lambda data: act(environment=found, by=actor, note=data["note"], seen=data["seen"]),
        allowed=can(found, verb, actor),
        back=desk_url("environment", "change", found.pk),
        crumbs=_crumbs(found),
        template="admin/grants/accredit.html",
        environment=found,
        **shown,
        **words,
    )


def _crumbs(found: Environment) -> list[tuple[Any, str]]:
    return [
        (_("Environments"), desk_url("environment", "changelist")),
        (found.name, desk_url("environment", "change", found.pk)),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
def accredit_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Accept what is attested."""
    found = get_environment(actor=request.actor, pk=pk)
    return _accepting(
        request,
        found,
        "accredit",
        deeds.accredit_environment,
        title=_("Accredit “%(name)s”") % {"name": found.name},
        lead=_("You accept what is attested, for the time that the rulebook gives to the institution's tier."),
        button=_("Accredit"),
        done=_("%(name)s is accredited.") % {"name": found.name},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def accept_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Accept a change; the accreditation goes on to the day that it had."""
    found = get_environment(actor=request.actor, pk=pk)
    return _accepting(
        request,
        found,
        "accept_change",
        deeds.accept_change,
        title=_("Accept the change to “%(name)s”") % {"name": found.name},
        lead=_("The accreditation goes on, to the day that it had before."),
        button=_("Accept the change"),
        done=_("Accepted. %(name)s is accredited.") % {"name": found.name},
    )


def _reasoned(request: PortalRequest, pk: UUID, verb: str, act: Callable[..., Any], **words: Any) -> HttpResponse:
    """The page of a deed that takes a reason."""
    actor: Actor = request.actor
    found = get_environment(actor=actor, pk=pk)
    label = words.pop("label")
    return ask(
        request,
        ReasonForm(request.POST or None, label=label),
        lambda data: act(environment=found, by=actor, reason=data["reason"]),
        allowed=can(found, verb, actor),
        back=desk_url("environment", "change", found.pk),
        crumbs=_crumbs(found),
        title=words.pop("title") % {"name": found.name},
        **words,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def send_back_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Say what the institution has to do first."""
    return _reasoned(
        request,
        pk,
        "send_back",
        lambda environment, by, reason: deeds.send_back(environment=environment, by=by, remark=reason),
        label=_("What is missing, for the institution"),
        title=_("Send “%(name)s” back with reasons"),
        lead=_("It stays as it is, and nothing is permitted there. The institution is told what you ask for."),
        button=_("Send back"),
        done=_("Sent back. The institution has been told."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def suspend_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Suspend the accreditation."""
    return _reasoned(
        request,
        pk,
        "suspend",
        deeds.suspend_environment,
        label=_("Reason"),
        title=_("Suspend the accreditation of “%(name)s”"),
        button=_("Suspend"),
        done=_("Suspended. Nothing is permitted there now."),
        dangerous=True,
    )
