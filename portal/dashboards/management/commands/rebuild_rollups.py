"""manage.py rebuild_rollups: make what the dashboards count anew from the record."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand

from portal.dashboards.rollup.keep import rebuild


class Command(BaseCommand):
    help = "Make what the dashboards count anew from the whole record. Safe at any time; boards stay open meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        rebuild(lambda name: self.stdout.write(f"{time.monotonic() - begun:8.1f} s  {name}"))
        self.stdout.write(self.style.SUCCESS("The rollups are made anew from the record."))
