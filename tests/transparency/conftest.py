"""The stage of tests/audits, for figures over real rows."""

from tests.audits.conftest import stage, staged

__all__ = ["stage", "staged"]
