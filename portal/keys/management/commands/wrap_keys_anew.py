"""Encrypt every signing key by the first key of KEYS_WRAPPING, so that a former one can be taken out of the setting."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.keys.actions import wrap_anew
from portal.keys.backends import WrappedKeys
from portal.keys.models import SigningKey
from portal.keys.sealed import ANEW
from portal.keys.states import PUBLISHED


class Command(BaseCommand):
    """Encrypt signing keys anew, each in a deed of its own."""

    help = "Encrypts every signing key and kept secret by the first key of KEYS_WRAPPING."

    def handle(self, *args: Any, **options: Any) -> None:
        rows = SigningKey.objects.filter(backend=WrappedKeys.name, state__in=PUBLISHED)
        for key in rows.order_by("pk"):
            wrap_anew(key=key)
        self.stdout.write(f"{rows.count()} keys are encrypted by the present key.")
        self.stdout.write(f"{sum(seal_anew() for seal_anew in ANEW)} secrets are encrypted by the present key.")
