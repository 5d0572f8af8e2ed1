"""Import a control catalogue: `manage.py import_catalogue baseline audits/baseline/catalog.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audits.actions.catalogue_import import receive_catalogue, run_import
from audits.models import Catalogue, CatalogueImport
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused


class Command(BaseCommand):
    """Reads the file here and now, as a worker would. A broken-off import leaves nothing, and a worker repeats it."""

    help = (
        "Import a control catalogue: an OSCAL catalog or profile (JSON), SATRE or ATLAS (YAML), or CSV with a header. "
        "All of it, or nothing. Says how far it is and what was left out."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="what the catalogue is called over all its versions, such as baseline")
        parser.add_argument("file", type=Path)
        parser.add_argument("--form", choices=CatalogueImport.Form.values, default="oscal")
        parser.add_argument("--title", default="", help="where the file does not say it itself")
        parser.add_argument("--catalogue-version", default="", help="where the file does not say it itself")
        parser.add_argument("--source", default="", help="where it comes from")
        parser.add_argument(
            "--of", action="append", default=[], metavar="KEY", help="the catalogue that an OSCAL profile selects from"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        sources = tuple(_newest(key) for key in options["of"])
        try:
            with path.open("rb") as content:
                made = receive_catalogue(
                    key=options["key"],
                    form=options["form"],
                    content=content,
                    file_name=path.name,
                    title=options["title"],
                    version=options["catalogue_version"],
                    source=options["source"] or path.name,
                    selects_from=sources,
                    now=True,
                    by=SYSTEM,
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except Refused as error:
            raise CommandError(str(error.verdict.reason)) from error
        run_import(made=made, by=SYSTEM, progress=self._progress)
        if made.catalogue is None:
            raise CommandError(f"Nothing was taken over. {made.reason}")
        self._report(made.catalogue)

    def _progress(self, done: int, of: int) -> None:
        self.stderr.write(f"{done} of {of} controls")

    def _report(self, catalogue: Catalogue) -> None:
        for item in catalogue.skipped:
            self.stdout.write(f"skipped {item['where']}: {item['why']}")
        groups = catalogue.groups.count()
        counts = f"{catalogue.control_count} controls in {groups} groups, {len(catalogue.skipped)} skipped"
        self.stdout.write(f"{catalogue}: {counts}.")


def _newest(key: str) -> Catalogue:
    found = Catalogue.objects.filter(key=key, state="current").exclude(stored_name="").order_by("-imported_at").first()
    if found is None:
        raise CommandError(f"There is no OSCAL catalogue “{key}” to select from. Import it first.")
    return found
