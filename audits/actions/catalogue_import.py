"""Importing a catalogue from a file: received, read by a worker, imported whole or not at all."""

from __future__ import annotations

import logging
from typing import Any, BinaryIO
from uuid import UUID

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import DataError
from django.http import Http404
from django.utils.translation import gettext as _

from audits.actions.catalogue import Progress, import_catalogue
from audits.models import Catalogue, CatalogueImport
from audits.notices.catalogues import tell_of_import
from partners import files
from partners.actions.handing import hand_out
from portal.core import clock
from portal.core.actors import Actor
from portal.core.bulk import seldom_collecting
from portal.core.catalogues import document_of, read_catalogue
from portal.core.oscal import MAX_BYTES, CatalogueError
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.queries import rules
from portal.workflow import as_deed, create, deed, lock, move

logger = logging.getLogger(__name__)


@as_deed
def receive_catalogue(
    *,
    key: str,
    form: str,
    content: BinaryIO,
    file_name: str,
    by: Actor,
    title: str = "",
    version: str = "",
    source: str = "",
    selects_from: tuple[Catalogue, ...] = (),
    now: bool = False,
) -> CatalogueImport:
    """Keep the file; a worker reads it (`now`: the caller does, by run_import).

    Refused for a wrong name or form, for a file beyond the limit, and for the catalogue that every audit is held
    against: that one is the scheme's to change, not one person's (the command import_catalogue brings it in).
    """
    require_key(key, by)
    if form not in CatalogueImport.Form.values:
        require(refused(_("Say which form the file has."), code="no_form", rule="catalogue.import"))
    kept = files.keep(content, folder="catalogues")
    if kept.size > MAX_BYTES:
        files.drop(kept.stored_name)
        require(refused(_("The file is larger than 20 MB."), code="too_large", rule="catalogue.import"))
    made = CatalogueImport(
        key=key,
        form=form,
        title=" ".join(title.split())[:300],
        version=" ".join(version.split())[:60],
        source=" ".join(source.split())[:300],
        selects_from=[catalogue.pk for catalogue in selects_from],
        file_name=file_name[:200],
        stored_name=kept.stored_name,
        sha256=kept.sha256,
        size=kept.size,
        received_by=by.user,
        received_at=clock.now(),
    )
    if not now:
        hand_out("audits.tasks.import_catalogue", made.pk)
    detail = {"key": key, "form": form, "sha256": kept.sha256, "size": kept.size}
    return create(made, "receive", by=by, detail=detail, tier=Tier.SCHEME)


def require_key(key: str, by: Actor) -> None:
    """Refused for what is no short name, and for a person who would replace what every audit is held against."""
    try:
        validate_slug(key)
    except ValidationError:
        reason = _("Give the catalogue a short name of letters, digits and hyphens, such as nist-800-53.")
        require(refused(reason, code="no_key", rule="catalogue.import"))
    if not by.has("system") and key == rules().audits.baseline:
        reason = _("Every audit is held against “%(key)s”. Choose another short name for this catalogue.")
        require(refused(reason % {"key": key}, code="baseline", rule="audits.baseline"))


def run_import(*, made: CatalogueImport, by: Actor, progress: Progress | None = None) -> CatalogueImport:
    """Read the file and store the catalogue in one transaction; or fail with the reason, and nothing of it is there.

    Refused where it was read already.
    """
    try:
        with deed(), seldom_collecting():
            lock(made)
            require(made.TABLE.verdict("finish", made, by))
            _finish(made, by, progress or _told(made.pk))
    except CatalogueError as error:
        _fail(made, str(error), by)
    except ValidationError as error:
        _fail(made, " ".join(error.messages), by)
    except Http404:
        _fail(made, _("The file was lost before it could be read. Import it again."), by)
    except DataError:
        logger.exception("The database refused the catalogue of import %s", made.pk)
        _fail(made, _("The file has something in it that cannot be stored. The portal’s operators can see what."), by)
    finally:
        cache.delete(progress_key(made.pk))
    return made


def progress_key(pk: UUID) -> str:
    """Where it stands how far the import is, as nothing of an open transaction is seen from outside."""
    return f"catalogue-import:{pk}"


def _told(pk: UUID) -> Progress:
    def tell(done: int, of: int) -> None:
        cache.set(progress_key(pk), {"done": done, "of": of}, timeout=3600)

    return tell


def _finish(made: CatalogueImport, by: Actor, progress: Progress) -> None:
    content = files.read(made.stored_name)
    sources = {
        catalogue.file_name: files.read(catalogue.stored_name)
        for catalogue in Catalogue.objects.filter(pk__in=made.selects_from).exclude(stored_name="")
    }
    wanted: dict[str, Any] = {"form": made.form, "sources": sources}
    read = read_catalogue(content, title=made.title, version=made.version, **wanted)
    catalogue = import_catalogue(
        key=made.key,
        read=read,
        by=by,
        source=made.source,
        file_format=made.form,
        file_name=made.file_name,
        document=document_of(content, **wanted),
        progress=progress,
    )
    changes = {"catalogue": catalogue, "ended_at": clock.now()}
    detail = {"catalogue": catalogue.pk, "controls": catalogue.control_count, "skipped": len(read.skipped)}
    move(made, "finish", by=by, changes=changes, detail=detail, about=[catalogue.pk], tier=Tier.SCHEME)
    tell_of_import(made, catalogue)


@as_deed
def _fail(made: CatalogueImport, reason: str, by: Actor) -> None:
    changes = {"reason": reason[:1000], "ended_at": clock.now()}
    move(made, "fail", by=by, changes=changes, detail={"reason": changes["reason"]}, tier=Tier.SCHEME)
    tell_of_import(made)
