"""`manage.py setup_schedule`: lays out the sweeps for Celery's beat. Run it after each migration; twice is once."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.jobs.schedule import lay_out_schedule


class Command(BaseCommand):
    help = "Lay out the sweeps for Celery's beat, keeping what an administrator changed."

    def handle(self, *args: Any, **options: Any) -> None:
        laid = lay_out_schedule()
        self.stdout.write(
            f"Sweeps: {len(laid.added)} added, {len(laid.adjusted)} adjusted, "
            f"{len(laid.removed)} removed, {len(laid.kept)} as they were."
        )
