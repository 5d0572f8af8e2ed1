"""Who hears that a stream of signals stands still."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Stream
from portal.accounts.queries.people import people_with
from portal.notifications.notify import NoticeKind, notify

PAUSED = NoticeKind(
    "stream_paused",
    _("{client} hears no signals: its stream is paused"),
    _(
        "The receiver of the stream “{stream}” has not answered for a long time, so the portal has paused it. What your"
        " gateway should have heard is kept, and is delivered once the stream goes on. Until then the gateway learns"
        " that access was stopped only when it asks. Mend the receiver, then let the stream go on."
    ),
    _("Look at the stream"),
)


def tell_of_pause(stream: Stream) -> None:
    """Tell whoever looks after the provider's machines that the portal paused a stream."""
    notify(
        PAUSED,
        to=people_with("provider_staff", "administrator", organisation_id=stream.provider_id),
        context={"client": stream.gateway.name, "stream": str(stream)},
        url=reverse("grants:stream", args=[stream.pk]),
        key=f"{stream.pk}:{stream.updated_at.isoformat()}",
        about=stream.pk,
    )
