"""Signing keys at the desk: what is published, and replacing or withdrawing one. For the system administrator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.accounts.admin.deeds import ADMINISTRATOR, deed_page, only_system_administrator
from portal.accounts.forms import ReasonForm
from portal.core.requests import PortalRequest
from portal.core.verdicts import require
from portal.desk import DeskAdmin
from portal.keys.actions import rotate_key, withdraw_key
from portal.keys.models import SigningKey
from portal.ui.panel import actions_for
from portal.workflow import can


def _url(page: str, *args: Any) -> str:
    return reverse(f"admin:keys_signingkey_{page}", args=args)


@admin.register(SigningKey)
class SigningKeyAdmin(DeskAdmin):
    """Keys by purpose, the newest first. No page has a private half: not even its encrypted form."""

    roles_view = ADMINISTRATOR
    list_display = ("title", "purpose", "algorithm", "state_tag", "created_at", "activated_at", "published_until")
    list_display_links = None
    list_filter = ("purpose", "state")
    search_fields = ("kid",)
    ordering = ("-created_at", "-pk")

    @admin.display(description=gettext_lazy("Key id"), ordering="kid")
    def title(self, row: SigningKey) -> SafeString:
        return format_html('<a href="{}"><code>{}</code></a>', _url("change", row.pk), row.kid)

    @method_decorator(require_safe)
    def change_view(
        self, request: PortalRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        only_system_administrator(request)
        found = _key(object_id)
        urls = {"retire": _url("rotate", found.pk), "withdraw": _url("withdraw", found.pk)}
        shown = {
            "title": found.kid,
            "key": found,
            "actions": actions_for(found, request.actor, urls, primary=["retire"]),
            "crumbs": [(_("Signing keys"), _url("changelist"))],
        }
        return render(request, "admin/keys/key.html", {**admin.site.each_context(request), **shown})

    def get_urls(self) -> list[URLPattern]:
        own = [
            path(f"<uuid:pk>/{name}/", self.admin_site.admin_view(view), name=f"keys_signingkey_{name}")
            for name, view in {"rotate": rotate_page, "withdraw": withdraw_page}.items()
        ]
        return [*own, *super().get_urls()]


def _key(pk: object) -> SigningKey:
    try:
        found = SigningKey.objects.filter(pk=UUID(str(pk))).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404("No such key.")
    return found


def rotate_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Have the next key sign from now on."""
    only_system_administrator(request)
    found = _key(pk)
    require(can(found, "retire", request.actor))

    def do() -> str:
        rotate_key(purpose=found.purpose, by=request.actor)
        return _("The next key signs from now on. This one stays published while what it signed may be valid.")

    return deed_page(
        request,
        title=_("Replace the key now"),
        lead=_("Keys replace each other by themselves. Nothing that was signed becomes invalid."),
        button=_("Replace it"),
        form=forms.Form({"sent": "1"} if request.method == "POST" else None),
        do=do,
        back=_url("change", found.pk),
    )


def withdraw_page(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Withdraw a key that leaked, after saying why."""
    only_system_administrator(request)
    found = _key(pk)
    require(can(found, "withdraw", request.actor))
    form = ReasonForm(request.POST or None)

    def do() -> str:
        withdraw_key(key=found, reason=form.cleaned_data["reason"], by=request.actor)
        return _("The key is withdrawn, and no longer published.")

    return deed_page(
        request,
        title=_("Withdraw a key that leaked"),
        lead=_(
            "Whatever it signed is believed by nobody any more, five minutes from now at the latest. Credentials and"
            " status lists are signed anew by the portal."
        ),
        button=_("Withdraw it"),
        form=form,
        do=do,
        back=_url("change", found.pk),
    )
