"""`manage.py write_docs`: writes the generated documents, or with --check says which are stale."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.accounts.documents import documents


class Command(BaseCommand):
    help = "Writes docs/roles.md and docs/states.md from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when a document is stale.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = settings.BASE_DIR / "docs"
        for name, content in documents().items():
            path = folder / name
            if options["check"]:
                if not path.exists() or path.read_text() != content:
                    raise CommandError(f"docs/{name} is stale: run manage.py write_docs.")
            else:
                path.write_text(content)
                self.stdout.write(f"docs/{name}")
