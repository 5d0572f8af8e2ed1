"""The portal's addresses, and what the benches compare with: a bare view, and Django's own admin over the same rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from django.contrib.admin import AdminSite, ModelAdmin
from django.core.paginator import Paginator
from django.db import connection
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path, resolve
from django.views.decorators.csrf import csrf_exempt
from django_tables2.utils import Accessor

from partners.access import visible_cases
from partners.models import Application
from portal import urls
from portal.accounts.models import Organisation
from portal.core.requests import PortalRequest
from portal.ui.lists import ListView

if TYPE_CHECKING:
    Applications = ModelAdmin[Application]
else:
    Applications = ModelAdmin


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """What any view costs here that asks the database one thing: one query by primary key, the same middleware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM accounts_organisation ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    return JsonResponse({"id": str(row[0]), "state": row[1]})


def known(request: PortalRequest) -> HttpResponse:
    """The same for somebody who is signed in: who asks is known when the view begins, as on every page of theirs."""
    if not request.actor.is_signed_in:
        return HttpResponse(status=403)
    return bare(request)


def table(request: PortalRequest, path: str) -> HttpResponse:
    """The rows of the list at `path` as a table, `more` queries by key on top; `framed`: as a page of the site."""
    shown: ListView = cast(Any, resolve(f"/{path}").func).view_class()
    shown.setup(request)
    columns = [column.accessor or name for name, column in shown.table_class.base_columns.items()]
    rows = shown.rows()
    keyset = rows.order_by(shown.keyset, "-pk")[: shown.page_size] if shown.keyset else None
    page = keyset if keyset is not None else Paginator(rows, shown.page_size).page(1)
    cells = [[Accessor(column).resolve(row, quiet=True) for column in columns] for row in page]
    for _ in range(int(request.GET["more"])):
        Organisation.objects.filter(pk=NOBODY).first()
    bare = engines["django"].from_string(FRAMED if "framed" in request.GET else TABLE)
    return HttpResponse(bare.render({"columns": columns, "rows": cells}, request))


NOBODY = UUID(int=0)
TABLE = (
    "<table><tr>{% for column in columns %}<th>{{ column }}</th>{% endfor %}</tr>"
    "{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>{% endfor %}</table>"
)
FRAMED = f"{{% extends 'base.html' %}}{{% block content %}}{TABLE}{{% endblock %}}"


class Stock(AdminSite):
    """Django's admin as it comes."""

    def has_permission(self, request: HttpRequest) -> bool:
        return True


class StockApplications(Applications):
    """A plain changelist with the same columns and the same rows as the queue."""

    list_display = ("reference", "institution", "state", "tier", "submitted_at", "kind")
    list_filter = ("state", "tier", "kind")
    list_select_related = ("institution__organisation", "authority")
    list_per_page = 25
    search_fields = ("reference",)
    ordering = ("-submitted_at", "-pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        return visible_cases(super().get_queryset(request), cast(PortalRequest, request).actor)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True


stock = Stock(name="stock")
stock.register(Application, StockApplications)

urlpatterns = [
    path("bench/bare", bare),
    path("bench/known", known),
    path("bench/table/<path:path>", table),
    path("stock/", stock.urls),
    *urls.urlpatterns,
]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
