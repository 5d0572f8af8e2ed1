"""Fixtures for all tests. The servers, the environment and the markers come from portal/local/testing.py."""

from portal.local.testing import django_db_modify_db_settings
from tests.clamav import clamd, no_answer, scanner
from tests.fixtures import _flush_past_the_triggers, _no_counts_left, browser, client_for, world
from tests.store import bucket, s3_server

__all__ = [
    "_flush_past_the_triggers",
    "_no_counts_left",
    "browser",
    "bucket",
    "clamd",
    "client_for",
    "django_db_modify_db_settings",
    "no_answer",
    "s3_server",
    "scanner",
    "world",
]
