"""Deeds on catalogues of statements: importing one, and what becomes of the environments that answer it."""

from __future__ import annotations

from dataclasses import asdict

from django.utils.translation import gettext as _

from grants import notices_places as notices
from grants.catalogues import BASELINE, BASELINE_KEY, Read, read_statements
from grants.models import AdoptedCatalogue, Environment, Statement, StatementCatalogue
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.bulk import insert
from portal.core.oscal import CatalogueError
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, lock, move, record


@as_deed
def import_statements(*, key: str, read: Read, by: Actor, source: str = "") -> StatementCatalogue:
    """Store a catalogue that was read, all of it or nothing, and move over the environments that answer it.

    The version before stays, with every answer to it. The same file again gives the catalogue that is there. Raises
    CatalogueError for another file that calls itself the same version, and for a version that was superseded; Refused
    for the scheme's own statements, which come with the portal and are nobody's to replace.
    """
    if key == BASELINE_KEY and not by.has("system"):
        reason = _("The scheme’s own statements come with the portal. Choose another short name for this catalogue.")
        require(refused(reason, code="baseline", rule="statement_catalogue.import"))
    there: StatementCatalogue | None = StatementCatalogue.objects.filter(key=key, version=read.version).first()
    if there is not None:
        if there.digest == read.digest and there.state == "in_use":
            return there
        raise CatalogueError(
            _("Version %(version)s of this catalogue is there already, with other content or superseded.")
            % {"version": read.version}
        )
    before: StatementCatalogue | None = StatementCatalogue.objects.filter(key=key, state="in_use").first()
    if before is not None:
        move(before, "supersede", by=by, detail={"key": key, "by": read.version}, tier=Tier.SCHEME)
    made = StatementCatalogue(
        key=key,
        version=read.version,
        title=read.title,
        source=source[:300],
        format=read.format,
        digest=read.digest,
        statement_count=len(read.statements),
        mandatory_count=sum(1 for row in read.statements if row.importance == Statement.Importance.MANDATORY),
        skipped=[asdict(item) for item in read.skipped],
        imported_at=clock.now(),
        supersedes=before,
    )
    made.clean_fields(exclude=["state", "skipped"])
    detail = {"key": key, "version": read.version, "digest": read.digest, "statements": len(read.statements)}
    create(made, "import", by=by, detail=detail, tier=Tier.SCHEME)
    rows = [
        Statement(catalogue=made, position=position, **asdict(row)) for position, row in enumerate(read.statements, 1)
    ]
    insert(Statement, rows)
    if before is not None:
        _move_over(before, made, rows)
    return made


def _move_over(before: StatementCatalogue, now: StatementCatalogue, rows: list[Statement]) -> None:
    """Point every environment in use from one version to the next. Answers follow by their identifiers."""
    texts = dict(before.statements.values_list("identifier", "text"))
    new = [row.identifier for row in rows if row.identifier not in texts]
    changed = [row.identifier for row in rows if texts.get(row.identifier, row.text) != row.text]
    asked = AdoptedCatalogue.objects.filter(catalogue=before).values("environment")
    found = Environment.objects.filter(pk__in=asked).exclude(state="closed").select_related("institution__organisation")
    environments = list(found)
    for environment in environments:
        detail = {"key": now.key, "from": before.version, "to": now.version, "new": new, "changed": changed}
        record(environment, "move_over", by=SYSTEM, detail=detail, about=[environment.institution_id])
        notices.tell_of_new_statements(environment, now, new=len(new), changed=len(changed))
    made = [
        AdoptedCatalogue(environment=item, catalogue=now, key=now.key, new=new, changed=changed)
        for item in environments
    ]
    insert(AdoptedCatalogue, made)


def the_baseline() -> StatementCatalogue:
    """The scheme's own catalogue in use. It comes with the portal: without one in the database, it is imported.

    Inside a deed.
    """
    found: StatementCatalogue | None = StatementCatalogue.objects.filter(key=BASELINE_KEY, state="in_use").first()
    if found is not None:
        return found
    read = read_statements(BASELINE.read_bytes(), form="scheme")
    return import_statements(key=BASELINE_KEY, read=read, by=SYSTEM, source=BASELINE.name)


@as_deed
def adopt_catalogue(*, environment: Environment, catalogue: StatementCatalogue, by: Actor) -> AdoptedCatalogue:
    """Have the environment answer another catalogue beside those that it answers already.

    Raises Refused for one that is not in use, or that it answers.
    """
    lock(environment)
    lock(catalogue)
    if catalogue.state != "in_use":
        require(refused(_("A newer version took its place. Choose that one."), code="superseded", rule="environment"))
    if AdoptedCatalogue.objects.filter(environment=environment, key=catalogue.key).exists():
        reason = _("This environment answers the catalogue already.")
        require(refused(reason, code="nothing_new", rule="environment.adopt"))
    detail = {"key": catalogue.key, "version": catalogue.version}
    record(environment, "adopt", by=by, detail=detail, about=[environment.institution_id])
    return AdoptedCatalogue.objects.create(environment=environment, catalogue=catalogue, key=catalogue.key)
