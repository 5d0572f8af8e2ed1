"""Filters of the queue that the people of each authority have kept."""

from __future__ import annotations

from partners.actions.saved_filter import save_filter
from portal.demo.stage import Stage

SHARED = (("Late", "time=late"), ("Due this week", "time=week"), ("Waiting for institutions", "time=stopped"))


def filters_kept(stage: Stage) -> None:
    """The first case officer of each authority shares three filters with the colleagues."""
    for home in stage.authorities:
        for name, query in SHARED:
            save_filter(name=name, query=query, shared=True, by=home.officers[0])
