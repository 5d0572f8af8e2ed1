"""`manage.py transmit`: push signals to gateways until told to stop. Any number of them share the work."""

from __future__ import annotations

import asyncio
import signal
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from grants.transmitter.loop import Transmitter


class Command(BaseCommand):
    """Runs a transmitter; SIGTERM and SIGINT end it once what is under way has ended."""

    help = "Pushes signals to providers' gateways as they arise, and again until they are acknowledged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """It takes none: what it does is in the settings (SIGNALS_…)."""

    def handle(self, *args: Any, **options: Any) -> None:
        asyncio.run(_run())


async def _run() -> None:
    transmitter = Transmitter()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, transmitter.stop)
    await transmitter.run()
