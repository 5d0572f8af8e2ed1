"""Who hears what about credentials."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Credential, Grant
from grants.notices import people_of
from portal.notifications.notify import NoticeKind, notify

REPLACED = NoticeKind(
    "credential_replaced",
    _("There is a new credential for grant {reference}"),
    _(
        "What the grant permits has changed, or the credential had to be signed anew. The former credential bound to"
        " the key “{key}” is no longer valid. Its holder fetches the new one."
    ),
    _("Get the new credential"),
)


def tell_of_replacement(credential: Credential, grant: Grant) -> None:
    """The institution's people fetch the new one."""
    notify(
        REPLACED,
        to=people_of(grant.institution_id),
        context={"reference": grant.reference, "key": credential.key.name},
        url=reverse("grants:credentials", args=[grant.pk]),
        key=str(credential.pk),
        about=grant.pk,
    )
