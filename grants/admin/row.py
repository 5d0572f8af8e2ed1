"""What the desk's pages of environments, grants, holds and re-reviews have in common."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import admin
from django.http import Http404
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from grants.admin.pages import desk_url
from portal.core.actors import Actor
from portal.desk import DeskAdmin
from portal.ui.paging import BoundedPaginator

DESK = frozenset({"case_officer", "reviewer", "signatory", "auditor"})


def uuid_of(text: object) -> UUID:
    """The id that an address names, else `Http404`."""
    try:
        return UUID(str(text))
    except ValueError as error:
        raise Http404("No such object.") from error


def place_action(actor: Actor, kind: str, pk: UUID) -> list[dict[str, Any]]:
    """The action that leads to placing a hold, for signatories."""
    if not actor.has("signatory"):
        return []
    return [{"label": _("Place an emergency hold"), "url": desk_url("hold", "place", kind, pk), "primary": False}]


class RowAdmin(DeskAdmin):
    """What they have in common."""

    roles_view: ClassVar[frozenset[str]] = DESK
    list_display_links = None
    paginator = BoundedPaginator
    model_name = ""

    @admin.display(description=gettext_lazy("Institution"), ordering="institution__organisation__name")
    def institution_name(self, row: Any) -> str:
        return str(row.institution.name)

    def link(self, row: Any, words: str) -> SafeString:
        url = desk_url(self.model_name, "change", row.pk)
        return format_html('<a href="{}">{}</a>', url, words)

    def own_urls(self, **pages: Any) -> list[URLPattern]:
        return [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"grants_{self.model_name}_{name}")
            for name, view in pages.items()
        ]
