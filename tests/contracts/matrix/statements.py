"""Who may look at catalogues of statements, and who imports one."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from grants.actions.statement import import_statements
from grants.catalogues import read_statements
from grants.models import StatementCatalogue
from portal.core.actors import SYSTEM
from tests.contracts.matrix import roles, row
from tests.contracts.matrix.grants import DESK_ROLES, _rest
from tests.world import World

SMALL = b"""
title: Small
version: "1"
groups:
  - key: logging
    title: Logging
    statements:
      - {id: a, text: One.}
"""
OFFICER = roles("case_officer")


def imported(_world: World) -> StatementCatalogue:
    return import_statements(key="small", read=read_statements(SMALL, form="scheme"), by=SYSTEM)


def upload(_world: World) -> dict[str, Any]:
    return {"key": "other", "form": "scheme", "upload": SimpleUploadedFile("small.yaml", SMALL), "act": "check"}


ROWS: list[Any] = [
    *_rest("statementcatalogue", *DESK_ROLES, make=lambda world: world.once(imported)),
    row(
        "admin:grants_statementcatalogue_change", roles(*DESK_ROLES),
        make=lambda world: {"object_id": world.once(imported).pk},
    ),
    row("admin:grants_statementcatalogue_import", OFFICER, OFFICER, data=upload),
]  # fmt: skip
