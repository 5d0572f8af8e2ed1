"""manage.py prepare_demo: tell the demonstration's story into an empty portal, once."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo import signins, story
from portal.ledger.models import Entry


class Command(BaseCommand):
    """Does nothing, and says so, where the demonstration is there already or other data are."""

    help = "Fill an empty portal with the demonstration: two years that end today, made by the real actions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1, help="another number tells another story (default: 1)")
        parser.add_argument(
            "--scale", type=int, default=int(os.environ.get("SCALE") or 1), help="times as many institutions"
        )
        parser.add_argument(
            "--institutions", type=int, default=None, help="only so many institutions, for a quick look"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            self.stdout.write("This is no demonstration (DEMO is not set): nothing was done.")
            return
        if story.is_there():
            self._there_already()
            return
        if Entry.objects.exists():
            self.stdout.write(
                "The record has entries already, and a story that began before them would be out of order: nothing was "
                "done. `make reset` starts over."
            )
            return
        stage = story.tell(
            password=signins.PASSWORD,
            seed=options["seed"],
            scale=options["scale"],
            limit=options["institutions"],
            say=self.stdout.write,
        )
        for line in signins.table(signins.make(stage)):
            self.stdout.write(line)

    def _there_already(self) -> None:
        if not signins.is_finished():
            raise CommandError("A demonstration was begun here and not finished. `make reset` starts over.")
        self.stdout.write("The demonstration is there already: nothing was done.")
