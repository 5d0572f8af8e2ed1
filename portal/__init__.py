"""The Trusted Partner Portal."""

try:
    from portal.celery import app as celery_app
except ModuleNotFoundError as missing:  # portal.local runs on a bare machine, before anything is installed
    if missing.name != "celery":
        raise

__all__ = ["celery_app"]
