"""Lists of names, what resembles a listed name, and people removed from the scheme."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from partners.actions.removal import remove_person
from partners.models import Hit, NameList, PersonRemoval
from tests.contracts.matrix import Row, desk_model, object_of, roles, row
from tests.contracts.matrix.partners import NOT_AT_THE_DESK, case, in_review
from tests.factories.screening import csv_list, loaded, screened
from tests.world import World

LISTED = csv_list("p1,Person,Kari NORDMANN,,NO,1970-01-02,,sanction")
OTHERS_AT_THE_DESK = ("reviewer.any", "signatory.any", "auditor.any", "system_administrator")
OFFICER = roles("case_officer")
OWN_LIST = object_of(may=("case_officer.body",)).but(*NOT_AT_THE_DESK, *OTHERS_AT_THE_DESK, gets="403")
READERS = roles("case_officer", "signatory")


def in_use(world: World) -> NameList:
    return loaded(world.authority, LISTED)


def a_list(world: World) -> dict[str, Any]:
    return {"pk": world.once(in_use).pk}


def list_object(world: World) -> dict[str, Any]:
    return {"object_id": world.once(in_use).pk}


def found(world: World) -> Hit:
    made = world.once(in_review)
    world.once(in_use)
    (hit,) = screened(made.application)
    return hit


def hit(world: World) -> dict[str, Any]:
    made = world.once(found)
    return {"pk": made.application_id, "hit_pk": made.pk}


def hit_object(world: World) -> dict[str, Any]:
    return {"object_id": world.once(found).pk}


def gone(world: World) -> PersonRemoval:
    by = world.actor("signatory")
    return remove_person(name="Bo Lind", email="bo.lind@gone.example", reason="Passed outputs on.", by=by)


def removal(world: World) -> dict[str, Any]:
    return {"pk": world.once(gone).pk}


def removal_object(world: World) -> dict[str, Any]:
    return {"object_id": world.once(gone).pk}


def file(world: World) -> dict[str, Any]:
    upload = SimpleUploadedFile("list.csv", LISTED)
    return {"title": "Sanctions", "slug": "sanctions", "form": "csv", "upload": upload}


def somebody(world: World) -> dict[str, Any]:
    return {"name": "Ada Berg", "email": "ada.berg@gone.example", "reason": "Passed outputs on."}


def reason(world: World) -> dict[str, Any]:
    return {"reason": "A namesake."}


def decision(world: World) -> dict[str, Any]:
    return {"verb": "clear", "reason": "A namesake."}


ROWS: list[Row | list[Row]] = [
    *desk_model("partners_namelist", "case_officer", make=list_object)[:2],
    row("admin:partners_namelist_change", OWN_LIST, make=list_object),
    *desk_model("partners_namelist", "case_officer", make=list_object, hidden=("case_officer.stranger",))[3:],
    row("admin:partners_namelist_load", OFFICER, OFFICER, data=file),
    row("admin:partners_namelist_retire", OWN_LIST, OWN_LIST, make=a_list, data=reason),
    *desk_model("partners_hit", "case_officer", make=hit_object, hidden=("case_officer.stranger",)),
    row(
        "admin:partners_application_hit",
        case("case_officer.body", "reviewer"),
        case("case_officer.body", sees=("reviewer",)),
        make=hit,
        data=decision,
    ),
    *desk_model("partners_personremoval", "case_officer", "signatory", make=removal_object),
    row("admin:partners_personremoval_remove", roles("signatory"), roles("signatory"), data=somebody),
    row(
        "admin:partners_personremoval_lift",
        roles("signatory.body"),
        roles("signatory.body"),
        make=removal,
        data=reason,
    ),
]
