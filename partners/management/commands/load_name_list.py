"""manage.py load_name_list: load a list of names for an authority from a file of any size, and say how it went."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from partners.actions.name_list import load_list, receive_list
from partners.models import NameList
from portal.accounts.models import Organisation
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused


class Command(BaseCommand):
    """Reads the file as a whole or not at all. Cases and partners are compared with it by the next sweep."""

    help = (
        "Load a list of names (CSV with a header, or FollowTheMoney entities as JSON lines) for an authority. "
        "A newer load replaces the one of the same short name that is in use; both are kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--authority", required=True, help="name or id of the authority")
        parser.add_argument("--slug", required=True, help="the list's short name, the same for each load")
        parser.add_argument("--title", required=True)
        parser.add_argument("--form", choices=NameList.Format.values, required=True)
        parser.add_argument("--source", default="", help="where it comes from, and of which day it is")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        authority = _authority(options["authority"])
        wanted = {key: options[key] for key in ("slug", "title", "form", "source")}
        try:
            with file.open("rb") as content:
                made = receive_list(authority=authority, content=content, file_name=file.name, by=SYSTEM, **wanted)
            load_list(name_list=made, by=SYSTEM)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except Refused as error:
            raise CommandError(str(error.verdict.reason)) from error
        for row in made.skipped[:20]:
            self.stderr.write(f"line {row['line']}: {row['reason']}")
        if made.state != "current":
            raise CommandError(f"Nothing was taken over. {made.reason}")
        says = f"{made}: {made.entities} people and organisations, {made.names} names, {made.left_out} rows left out."
        self.stdout.write(self.style.SUCCESS(says))


def _authority(text: str) -> Organisation:
    rows = Organisation.objects.filter(kind=Organisation.Kind.AUTHORITY, state="active")
    found = [row for row in rows if text in (row.name, str(row.pk))]
    if len(found) != 1:
        raise CommandError(f"There is no active authority {text!r}. Name it in full, or by its id.")
    return found[0]
