"""A list of names that one authority has loaded, and what resembles a name on it. All of them are made up."""

from __future__ import annotations

import io

from partners.actions.name_list import load_list, receive_list
from partners.actions.screening import screen_case
from partners.models import Application
from partners.queries.answers import latest_revision
from partners.queries.screening.cases import to_be_screened
from portal.core.actors import SYSTEM
from portal.demo.stage import Stage

HEAD = "id,schema,name,aliases,countries,birth_date,identifiers,sanctions,notes\n"
MADE_UP = (
    "mu-001,Person,Orrin Vasquell,Оррин Васкелл,,1961-03-04,,export control,Made up",
    "mu-002,Company,Blackmere Trading House Ltd,Blackmere Trading; BTH,,,BM 4471,export control,Made up",
    "mu-003,Organization,Institute of Applied Lattice Physics,IALP,,,,export control,Made up",
    "mu-004,Person,,,,,,,A row without a name",
    "mu-005,Vessel,MS Grey Heron,,,,,,No person or organisation",
)


def compared(stage: Stage) -> None:
    """Load the list for the authority with the newest case to screen, and compare what is due there."""
    waiting = Application.objects.filter(state="submitted").order_by("-submitted_at")
    case = waiting.select_related("authority", "institution__organisation").first()
    sent = latest_revision(case) if case else None
    if case is None or sent is None:
        return
    home = stage.authority(case.authority_id)
    rows = [*MADE_UP]
    if directors := sent.answers.get("directors"):
        given, _space, family = str(directors[0]["name"]).partition(" ")
        rows.append(f'mu-006,Person,"{family.upper()}, {given}",,{directors[0]["nationality"]},1958-11-30,,,Made up')
    name_list = receive_list(
        authority=case.authority,
        slug="made-up",
        title="Made-up list of the demonstration",
        source="Invented; nobody on it exists",
        form="csv",
        content=io.BytesIO((HEAD + "".join(f"{row}\n" for row in rows)).encode()),
        file_name="made-up.csv",
        by=home.officers[0],
    )
    load_list(name_list=name_list, by=SYSTEM)
    for application in to_be_screened().filter(authority=case.authority):
        screen_case(application=application, by=SYSTEM)
