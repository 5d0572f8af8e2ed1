"""People whom an authority removed from the scheme, at the desk."""

from __future__ import annotations

from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib import admin, messages
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
from partners.actions.removal import lift_removal, remove_person
from partners.forms.screening import ReasonForm, RemovePersonForm
from partners.models import PersonRemoval
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, require
from portal.desk import DeskAdmin
from portal.ui.forms import refuse
from portal.ui.paging import BoundedPaginator

READERS = ("case_officer", "signatory")
SIGNATORY = "signatory"


def _url(name: str, *args: object) -> str:
    return reverse(f"admin:partners_personremoval_{name}", args=args)


def _page(request: PortalRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    frame = {
        **admin.site.each_context(cast(Any, request)),
        "opts": PersonRemoval._meta,
        "crumbs": [(_("Removals of people"), _url("changelist"))],
    }
    return render(request, template, {**frame, **context})


def get_removal(actor: Actor, pk: object) -> PersonRemoval:
    """A removal: every authority reads it, as anybody may be named to any. Http404 where there is none."""
    require_role(actor, *READERS)
    try:
        key = UUID(str(pk))
    except ValueError as error:
        raise Http404("No such removal.") from error
    found = PersonRemoval.objects.filter(pk=key).select_related("authority", "removed_by").first()
    if found is None:
        raise Http404("No such removal.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def remove_page(request: PortalRequest) -> HttpResponse:
    """Remove somebody from the scheme."""
    require_role(request.actor, SIGNATORY)
    form = RemovePersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = remove_person(by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("%(name)s is removed. No gateway lets them in any more.") % {"name": made})
            return redirect(made.get_absolute_url())
    context = {
        "title": _("Remove a person from the scheme"),
        "lead": _(
            "From this moment no gateway lets them in, whoever named them. They are looked for in new applications."
        ),
        "form": form,
        "button": _("Remove from the scheme"),
        "back": _url("changelist"),
    }
    return _page(request, "admin/partners/removal_deed.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def lift_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Take a removal back."""
    removal = get_removal(request.actor, pk)
    require(removal.TABLE.verdict("lift", removal, request.actor))
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            lift_removal(removal=removal, by=request.actor, **form.cleaned_data)
        except Refused as error:
            refuse(form, error.verdict)
        else:
            messages.success(request, _("The removal of %(name)s is taken back.") % {"name": removal})
            return redirect(removal.get_absolute_url())
    context = {
        "title": _("Take the removal of %(name)s back") % {"name": removal},
        "lead": _("They have access again where an institution names them and every check holds."),
        "form": form,
        "button": _("Take the removal back"),
        "back": removal.get_absolute_url(),
    }
    return _page(request, "admin/partners/removal_deed.html", context)


class PersonRemovalAdmin(DeskAdmin):
    """Removals of people by all authorities, the newest first."""

    roles_view: ClassVar[frozenset[str]] = frozenset(READERS)
    list_display = ("who", "state_tag", "until", "authority_name", "removed_at")
    list_display_links = None
    list_filter = ("state",)
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Name or e-mail address")
    empty_title = gettext_lazy("Nobody is removed from the scheme")
    empty_text = gettext_lazy(
        "Whom an authority removes is shown here, with the reason and until when. Every gateway refuses them."
    )
    ordering = ("-removed_at", "-pk")
    paginator = BoundedPaginator
    list_before_template = "admin/partners/removals_above.html"

    def visible(self, rows: QuerySet[Any], actor: Actor) -> QuerySet[Any]:
        return rows.select_related("authority")

    @admin.display(description=gettext_lazy("Person"), ordering="name")
    def who(self, row: PersonRemoval) -> SafeString:
        return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row.name)

    @admin.display(description=gettext_lazy("Removed by"), ordering="authority__name")
    def authority_name(self, row: PersonRemoval) -> str:
        return row.authority.name

    def changelist_view(self, request: PortalRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        require_role(request.actor, *READERS)
        more = {"may_remove": request.actor.has(SIGNATORY), **(extra_context or {})}
        return cast(HttpResponse, super().changelist_view(request, more))

    @method_decorator(require_safe)
    def change_view(self, request: PortalRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """One removal."""
        removal = get_removal(request.actor, object_id)
        may_lift = bool(removal.TABLE.verdict("lift", removal, request.actor))
        context = {"title": removal.name, "removal": removal, "may_lift": may_lift}
        return _page(request, "admin/partners/removal.html", context)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("remove/", view(remove_page), name="partners_personremoval_remove"),
            path("<uuid:pk>/lift/", view(lift_page), name="partners_personremoval_lift"),
            *super().get_urls(),
        ]
