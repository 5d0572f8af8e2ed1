"""What the OSCAL documents share: identifiers, texts as the format wants them, metadata."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid5

from audits.oscal.facts import AuditFacts, Body

OSCAL_VERSION = "1.1.2"
NAMESPACE = "https://trusted-partner-portal.example/ns/oscal"
"""Of properties that are the scheme's own; the scheme's baseline uses it too."""
_OURS = uuid5(UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8"), NAMESPACE)
_TOKEN = re.compile(r"[^\W\d][\w.\-]*")
Part = dict[str, Any]


def uuid(kind: str, key: object) -> str:
    """The identifier of something of ours: always the same, in version 5, as OSCAL wants 4 or 5."""
    return str(uuid5(_OURS, f"{kind}:{key}"))


def token(text: str) -> str:
    """An identifier as OSCAL writes them. One that cannot be written so (1.1.01, say) gets a prefix and a digest."""
    if _TOKEN.fullmatch(text):
        return text
    plain = re.sub(r"[^\w.\-]", "-", text)
    changed = f"c-{plain}"
    return changed if plain == text else f"{changed}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def line(text: str, otherwise: str = "–") -> str:
    """A text on one line, without blanks around it; OSCAL has no empty text."""
    return " ".join(text.split()) or otherwise


def prose(text: str, otherwise: str = "–") -> str:
    """A text with its lines; OSCAL has no empty one."""
    return text.strip() or otherwise


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="seconds")


def midnight(day: date) -> str:
    """The day as OSCAL writes days: a moment with a time zone."""
    return moment(datetime.combine(day, time(), UTC))


def prop(name: str, value: str) -> Part:
    return {"name": name, "ns": NAMESPACE, "value": line(value)}


def party(body: Body) -> str:
    return uuid("party", body.id)


def origin(facts: AuditFacts) -> list[Part]:
    """Who says so: the authority."""
    return [{"actors": [{"type": "party", "actor-uuid": party(facts.authority)}]}]


def subject(facts: AuditFacts) -> Part:
    """Whom it is about: the institution."""
    return {"subject-uuid": party(facts.institution), "type": "party", "title": line(facts.institution.name)}


def metadata(facts: AuditFacts, title: str) -> Part:
    """Title, time, format, and the two bodies with their parts in it."""
    return {
        "title": line(title),
        "last-modified": moment(facts.at),
        "version": moment(facts.at),
        "oscal-version": OSCAL_VERSION,
        "props": [prop("audit", facts.reference), prop("rulebook", facts.rulebook)],
        "roles": [
            {"id": "assessor", "title": "Authority that audits"},
            {"id": "assessed", "title": "Institution audited"},
        ],
        "parties": [
            {"uuid": party(facts.authority), "type": "organization", "name": line(facts.authority.name)},
            {"uuid": party(facts.institution), "type": "organization", "name": line(facts.institution.name)},
        ],
        "responsible-parties": [
            {"role-id": "assessor", "party-uuids": [party(facts.authority)]},
            {"role-id": "assessed", "party-uuids": [party(facts.institution)]},
        ],
    }


def reviewed(facts: AuditFacts) -> Part:
    """The controls on the checklist; the whole catalogue before there is one."""
    if not facts.checks:
        return {"control-selections": [{"include-all": {}}]}
    return {
        "control-selections": [
            {"include-controls": [{"control-id": token(check.control_id)} for check in facts.checks]}
        ]
    }


def statement_id(control_id: str, given: str) -> str:
    """What the statement of a control is called, in the exported catalogue as in the results."""
    return token(given) if given else f"{token(control_id)}_smt"
