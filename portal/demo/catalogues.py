"""Chapter: an authority brings in another catalogue of controls, and says how it answers to the scheme's own."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from pathlib import Path

from audits.actions.catalogue_import import receive_catalogue, run_import
from audits.actions.crosswalk import import_crosswalk
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.demo.stage import Stage
from portal.demo.timeline import Alone, Story

SINCE = 240
"""Days before the present."""
KEY, TITLE = "research-rooms", "Research rooms: recommended practice"
SOURCE = "Written for the demonstration"
DATA = Path(__file__).parent / "data"
ROOMS, LINKS = DATA / "research-rooms.yaml", DATA / "research-rooms-to-baseline.csv"
WRONG = b"requirement: there is no list of them\n"


def brought_in(stage: Stage) -> Story:
    """A first file is the wrong one and fails with the reason; the second one is read, and linked some days later."""
    officer = stage.authorities[0].officers[0]
    for name, content in (("draft-of-rooms.yaml", WRONG), (ROOMS.name, ROOMS.read_bytes())):
        made = receive_catalogue(
            key=KEY, form="satre", content=BytesIO(content), file_name=name, title=TITLE, version="2026",
            source=SOURCE, now=True, by=officer,
        )  # fmt: skip
        yield Alone(clock.now() + timedelta(seconds=2))  # a failure undoes its own transaction, not the week's
        run_import(made=made, by=SYSTEM)
        yield clock.now() + timedelta(minutes=12)
    yield clock.now() + timedelta(days=6)
    import_crosswalk(
        from_key=KEY, to_key="baseline", title="Research rooms → baseline", content=LINKS.read_bytes(), source=SOURCE,
        by=officer,
    )  # fmt: skip
