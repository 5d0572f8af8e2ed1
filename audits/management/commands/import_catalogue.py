"""Import a control catalogue: `manage.py import_catalogue baseline audits/baseline/catalog.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_slug

from audits.actions.catalogue import import_catalogue
from portal.core.actors import SYSTEM
from portal.core.oscal import CatalogueError, read_oscal


class Command(BaseCommand):
    help = "Import an OSCAL catalog (JSON) as a control catalogue: all of it, or nothing. Says what was skipped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", help="what the catalogue is called over all its versions, such as baseline")
        parser.add_argument("file", type=Path, help="the OSCAL catalog in JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        key, path = options["key"], options["file"]
        try:
            validate_slug(key)
            read = read_oscal(path.read_bytes())
            catalogue = import_catalogue(key=key, read=read, by=SYSTEM, source=path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except (CatalogueError, ValidationError) as error:
            raise CommandError(getattr(error, "message", str(error))) from error
        for item in read.skipped:
            self.stdout.write(f"skipped {item.where}: {item.why}")
        counts = f"{catalogue.control_count} controls in {len(read.groups)} groups, {len(read.skipped)} skipped"
        self.stdout.write(f"{catalogue}: {counts}.")
