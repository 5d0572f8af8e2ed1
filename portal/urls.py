"""Every address of the portal. Each needs its rows in tests/contracts/matrix, or a test fails."""

from django.contrib import admin
from django.urls import include, path

from portal import views

urlpatterns = [
    path("healthz", views.healthz, name="healthz"),
    path("", include("portal.api.urls")),  # first, for gateways wait for it
    path("", include("portal.keys.urls")),
    path("account/", include("allauth.urls")),
    path("", include("allauth.idp.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.notifications.urls")),
    path("", include("portal.rulebook.urls")),
    path("", include("portal.ui.urls")),
    path("", include("portal.demo.urls")),
    path("", include("partners.urls")),
    path("", include("grants.urls")),
    path("", include("audits.urls")),
    path("", include("portal.jobs.urls")),
    path("", include("portal.dashboards.urls")),
    path("", include("portal.transparency.urls")),
    path("admin/", admin.site.urls),
]

handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.not_found
handler500 = views.server_error
