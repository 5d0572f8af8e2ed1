"""Make everything that can be found of cases anew, for instance after organisations were renamed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from partners.actions.search import index_all
from partners.models import Application, SearchWord


class Command(BaseCommand):
    help = "Makes the rows that are searched anew, for all submitted applications."

    def handle(self, *args: Any, **options: Any) -> None:
        SearchWord.objects.all().delete()
        rows = Application.objects.filter(submitted_at__isnull=False).select_related("institution__organisation")
        count = 0
        for application in rows.order_by("pk").iterator():
            index_all(application=application)
            count += 1
        self.stdout.write(f"{count} applications can be searched.")
