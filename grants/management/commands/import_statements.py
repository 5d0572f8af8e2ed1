"""Import a catalogue of statements: `manage.py import_statements satre specification.yaml --format satre --title …`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from grants.actions.statement import import_statements
from grants.catalogues import BASELINE, BASELINE_KEY, FORMATS, read_statements
from portal.core.actors import SYSTEM
from portal.core.oscal import CatalogueError


class Command(BaseCommand):
    help = (
        "Import a catalogue of statements on environments: all of it, or nothing. Environments that answer an earlier "
        "version move over with their answers. Without a name, the scheme's own. Says what was skipped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", default=BASELINE_KEY, help="its name over all versions, such as satre")
        parser.add_argument("file", nargs="?", type=Path, default=BASELINE)
        parser.add_argument("--format", choices=sorted(FORMATS), default="scheme")
        parser.add_argument("--title", default="", help="where the file does not say it")
        parser.add_argument("--edition", default="", help="its version, where the file does not say it")

    def handle(self, *args: Any, **options: Any) -> None:
        key, path = options["key"], options["file"]
        words = {"form": options["format"], "title": options["title"], "version": options["edition"]}
        try:
            validate_slug(key)
            read = read_statements(path.read_bytes(), **words)
            catalogue = import_statements(key=key, read=read, by=SYSTEM, source=path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except (CatalogueError, ValidationError) as error:
            raise CommandError(getattr(error, "message", str(error))) from error
        for item in read.skipped:
            self.stdout.write(f"skipped {item.where}: {item.why}")
        counts = f"{catalogue.statement_count} statements, {catalogue.mandatory_count} of them mandatory"
        self.stdout.write(f"{catalogue}: {counts}, {len(read.skipped)} skipped.")
