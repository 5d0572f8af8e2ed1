"""Who hears how an import of a catalogue went: whoever asked for it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from audits.models import Catalogue, CatalogueImport
from portal.notifications.notify import NoticeKind, notify

DONE = NoticeKind(
    "catalogue_imported",
    _("“{title}”, version {version}, is imported"),
    _("{controls} controls were taken over, {skipped} were left out. Audits that run keep their version."),
    _("See the catalogue"),
    email=False,
)
FAILED = NoticeKind(
    "catalogue_failed",
    _("“{file}” could not be imported"),
    _("{reason}\n\nNothing of it was taken over."),
    _("See why"),
)


def tell_of_import(made: CatalogueImport, catalogue: Catalogue | None = None) -> None:
    """How it went."""
    if made.received_by is None:
        return
    if catalogue is None:
        notify(
            FAILED,
            to=[made.received_by],
            context={"file": made.file_name, "reason": made.reason},
            url=made.get_absolute_url(),
            key=f"{made.pk}:failed",
            about=made.pk,
        )
        return
    notify(
        DONE,
        to=[made.received_by],
        context={
            "title": catalogue.title,
            "version": catalogue.version,
            "controls": f"{catalogue.control_count:,}",
            "skipped": f"{len(catalogue.skipped):,}",
        },
        url=made.get_absolute_url(),
        key=f"{made.pk}:done",
        about=made.pk,
    )
