"""manage.py load_rulebook: check a rulebook file, and put the founding version in force when none is."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.core.actors import SYSTEM
from portal.rulebook.actions.version import found_rulebook
from portal.rulebook.schema import Rulebook, RulebookError, load
from portal.rulebook.versions import FOUNDING


class Command(BaseCommand):
    """Checks the file and says, with line numbers, what is wrong in it; then founds the rulebook if there is none."""

    help = (
        "Check a rulebook file and put it in force as the founding version when no version is in force. "
        "With a version in force nothing changes: later versions are proposed and adopted on the pages."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, default=FOUNDING, help="YAML or JSON (default: the founding version)"
        )
        parser.add_argument("--check", action="store_true", help="only check the file; touch no database")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        rules = self._read(file)
        questions = len(rules.questionnaire.questions)
        self.stdout.write(f"{file.name}: version {rules.version}, {questions} questions, sha256 {rules.digest()}")
        if options["check"]:
            return
        standing = found_rulebook(by=SYSTEM, rules=rules)
        if standing.digest == rules.digest():
            self.stdout.write(self.style.SUCCESS(f"Version {standing.version} is in force."))
        else:
            self.stdout.write(f"Version {standing.version} is in force already; nothing was changed.")

    def _read(self, file: Path) -> Rulebook:
        try:
            return load(file)
        except RulebookError as error:
            for problem in error.problems:
                self.stderr.write(f"{file.name}: {problem}")
            faults = "a fault" if len(error.problems) == 1 else f"{len(error.problems)} faults"
            raise CommandError(f"{file} has {faults}. Correct it and run this again.") from error
