"""`manage.py verify_ledger`: checks the whole record; exit code 1 and one line for each problem found."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.ledger.models import Head
from portal.ledger.verify import verify


class Command(BaseCommand):
    help = "Check that no entry, event, tree node or state was changed, removed, put in or moved."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = 0
        for problem in verify():
            problems += 1
            self.stdout.write(self.style.ERROR(str(problem)))
        head = Head.objects.first()
        size, root = (head.size, head.root) if head else (0, "")
        if problems:
            raise CommandError(
                f"{problems} problem(s) in a record of {size} entries. "
                "Do not repair it: keep a copy, and compare with a backup."
            )
        self.stdout.write(self.style.SUCCESS(f"{size} entries verified. Root {root}"))
