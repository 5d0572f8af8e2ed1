"""Make the clocks of all cases anew from the record, for instance after holidays were corrected."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partners.actions.clock import rebuild_clock
from partners.models import Application


class Command(BaseCommand):
    help = "Makes the clocks of all submitted applications anew from the record of their moves."

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        rows = Application.objects.filter(submitted_at__isnull=False).select_related("authority")
        for application in rows.order_by("pk").iterator():
            rebuild_clock(application=application)
            count += 1
        self.stdout.write(f"The clocks of {count} applications are made anew.")
