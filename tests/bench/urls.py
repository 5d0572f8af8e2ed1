"""The portal's addresses, and a bare view to compare with: one query by primary key, the same middleware."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from portal import urls


@csrf_exempt
def bare(request: HttpRequest) -> HttpResponse:
    """What any view costs here that asks the database one thing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, state FROM accounts_organisation ORDER BY id LIMIT 1")
        row = cursor.fetchone()
    return JsonResponse({"id": str(row[0]), "state": row[1]})


urlpatterns = [path("bench/bare", bare), *urls.urlpatterns]
handler400, handler403, handler404, handler500 = urls.handler400, urls.handler403, urls.handler404, urls.handler500
