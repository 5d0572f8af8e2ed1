"""Who may open pages without an object: people of one kind of body in certain roles."""

from __future__ import annotations

import functools
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.accounts.guards import View, for_roles
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, refused

KINDS = {
    "institution": _("This page is for people of an institution."),
    "provider": _("This page is for people of a provider."),
}


def for_body(kind: str, *slugs: str) -> Any:
    """Decorator: these roles, in a body of that kind. Others are told so (403)."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: PortalRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            actor: Actor = request.actor
            if actor.body_kind != kind:
                raise Refused(refused(KINDS[kind], code="wrong_body", rule="roles"))
            return view(request, *args, **kwargs)

        return for_roles(*slugs)(guarded)

    return decorate


partner_staff = for_body("institution", "applicant", "administrator", "representative")
applicants = for_body("institution", "applicant")
provider_staff = for_body("provider", "provider_staff")
