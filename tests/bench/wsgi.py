"""The portal with the bench's addresses, for gunicorn."""

from __future__ import annotations

from django.conf import settings

from portal.wsgi import application

settings.ROOT_URLCONF = "tests.bench.urls"
__all__ = ["application"]
