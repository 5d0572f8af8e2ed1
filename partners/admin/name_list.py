"""Lists of names at the desk: which are in use, how a load went, loading another and taking one out of use."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from partners.access import require_role
from partners.actions.name_list import progress_key, receive_list, retire_list
from partners.forms.screening import LoadListForm, ReasonForm
from partners.models import NameList
from portal.accounts.models import Organisation
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.desk import DeskAdmin
from portal.ui.forms import refuse
from portal.ui.paging import BoundedPaginator

OFFICER = "case_officer"


def _url(name: str, *args: object) -> str:
    return reverse(f"admin:partners_namelist_{name}", args=args)


def _page(request: PortalRequest, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    frame = {
        **admin.site.each_context(cast(Any, request)),
        "opts": NameList._meta,
        "crumbs": [(_("Lists of names"), _url("changelist"))],
    }
    return render(request, template, {**frame, **context}, status=status)


def get_list(actor: Actor, pk: object) -> NameList:
    """A list of the actor's own authority, for its case officers. Http404 for others."""
    require_role(actor, OFFICER)
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such list.") from error
    found = NameList.objects.filter(pk=key, authority=actor.body_id).select_related("authority", "loaded_by").first()
    if found is None:
        raise Http404("No such list.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def load_page(request: PortalRequest) -> HttpResponse:
    """Load a list, or a newer version of one: `?of=` fills in which."""
    actor = request.actor
    require_role(actor, OFFICER)
    earlier = NameList.objects.filter(authority=actor.body_id, slug=request.GET.get("of", "")[:50]).first()
    initial = {"title": earlier.title, "slug": earlier.slug, "form": earlier.format} if earlier else {}
    form = LoadListForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        upload = data.pop("upload")
        try:
            authority = Organisation.objects.get(pk=actor.organisation_id)
            made = receive_list(authority=authority, content=upload, file_name=upload.name, by=actor, **data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("The file is received and is being read. You will be told how it went."))
            return redirect(_url("change", made.pk))
    return _page(request, "admin/partners/name_list_load.html", {"title": _("Load a list of names"), "form": form})


@require_http_methods(["GET", "HEAD", "POST"])
def retire_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take a list out of use, with the reason."""
    name_list = get_list(request.actor, pk)
    require(name_list.TABLE.verdict("retire", name_list, request.actor))
    form: forms.Form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            retire_list(name_list=name_list, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("“%(list)s” is out of use.") % {"list": name_list})
            return redirect(_url("changelist"))
    context = {"title": _("Take “%(list)s” out of use") % {"list": name_list}, "form": form, "name_list": name_list}
    return _page(request, "admin/partners/name_list_retire.html", context)


class NameListAdmin(DeskAdmin):
    """Lists of the officer's authority, the newest load first."""

    roles_view: ClassVar[frozenset[str]] = frozenset({OFFICER})
    list_display = ("name", "number", "state_tag", "names", "left_out", "loaded_at", "loaded_by")
    list_display_links = None
    list_filter = ("state",)
    search_fields = ("title", "slug", "source")
    ordering = ("-loaded_at", "-pk")
    paginator = BoundedPaginator
    list_before_template = "admin/partners/name_lists_above.html"

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        # What was left out and what is frequent may be long, and no row of the list shows it.
        own = rows.filter(authority=actor.body_id).defer("skipped", "frequent", "common_keys")
        return own.select_related("loaded_by")

    @admin.display(description=gettext_lazy("List"), ordering="title")
    def name(self, row: NameList) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.title)

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        require_role(request.actor, OFFICER)
        return cast(HttpResponse, super().changelist_view(request, extra_context))

    @method_decorator(require_safe)
    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """How the load went, and what was left out."""
        name_list = get_list(request.actor, object_id)
        context = {
            "title": str(name_list),
            "name_list": name_list,
            "progress": cache.get(progress_key(name_list.pk)) if name_list.state == "loading" else None,
            "may_retire": bool(name_list.TABLE.verdict("retire", name_list, request.actor)),
            "facts": [
                (_("Version"), str(name_list.number)),
                (_("People and organisations"), f"{name_list.entities:,}"),
                (_("Names"), f"{name_list.names:,}"),
                (_("Rows left out"), f"{name_list.left_out:,}"),
                (_("Where from"), name_list.source or "–"),
                (_("Loaded by"), str(name_list.loaded_by or _("The portal"))),
            ],
        }
        return _page(request, "admin/partners/name_list.html", context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("load/", view(load_page), name="partners_namelist_load"),
            path("<uuid:pk>/retire/", view(retire_page), name="partners_namelist_retire"),
            *super().get_urls(),
        ]
