"""Lists of names for tests, loaded by the real actions."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from partners.actions.name_list import load_list, receive_list
from partners.actions.screening import screen_case
from partners.models import Application, Hit, NameList
from portal.accounts.models import Organisation
from portal.core.actors import SYSTEM, Actor

CSV = "id,schema,name,aliases,countries,birth_date,identifiers,sanctions\n"


def csv_list(*rows: str) -> bytes:
    """A CSV of lists' usual columns: id, schema, name, aliases, countries, birth_date, identifiers, sanctions."""
    return (CSV + "".join(f"{row}\n" for row in rows)).encode()


def entity(ref: str, name: str, schema: str = "Person", **properties: Any) -> dict[str, Any]:
    """A FollowTheMoney entity. Values may be one or several."""
    several = {key: value if isinstance(value, list) else [value] for key, value in properties.items()}
    return {"id": ref, "schema": schema, "caption": name, "properties": {"name": [name], **several}}


def ftm_list(*entities: dict[str, Any]) -> bytes:
    return "".join(json.dumps(item, ensure_ascii=False) + "\n" for item in entities).encode()


def received(
    authority: Organisation, content: bytes, *, slug: str = "test-list", form: str = "csv", by: Actor = SYSTEM
) -> NameList:
    return receive_list(
        authority=authority,
        slug=slug,
        title="Test list",
        form=form,
        content=io.BytesIO(content),
        file_name=f"{slug}.{form}",
        source="Made for tests",
        by=by,
    )


def loaded(authority: Organisation, content: bytes, **more: Any) -> NameList:
    return load_list(name_list=received(authority, content, **more), by=SYSTEM)


def screened(application: Application) -> list[Hit]:
    """The case compared as the worker does."""
    fresh = Application.objects.select_related("institution__organisation", "authority").get(pk=application.pk)
    return screen_case(application=fresh, by=SYSTEM)


def names(hits: Iterable[Hit]) -> list[tuple[str, str]]:
    """(declared, listed) of each."""
    return sorted((hit.declared["name"], hit.listed["name"]) for hit in hits)
