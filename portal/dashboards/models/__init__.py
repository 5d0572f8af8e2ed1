"""What is counted for the oversight dashboards. All of it can be made anew from the record."""

from portal.dashboards.models.rollup import Cursor, Spell, Tally

__all__ = ["Cursor", "Spell", "Tally"]
