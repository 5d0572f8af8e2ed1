"""Rules on what is attested about an environment. Pure: what was answered in, verdicts and differences out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from django.utils.translation import gettext as _

from portal.core.canonical import digest
from portal.core.verdicts import ALLOWED, Verdict, refused

MET = ("met", "exceeds")
Key = tuple[str, str]
"""A statement over all versions: the key of its catalogue and its identifier."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is stated about one statement: its value, how, and the documents that show it."""

    value: str
    note: str = ""
    documents: frozenset[UUID] = frozenset()


class Asked(Protocol):
    """A statement as the rules need it."""

    identifier: str
    safeguard: str

    @property
    def is_mandatory(self) -> bool: ...


def complete(answer: Answer) -> Verdict:
    """Who says that something is met says how."""
    if answer.value in MET and not answer.note.strip():
        return refused(_("Say how it is met, for each statement."), code="no_how", rule="environment.attest")
    return ALLOWED


def drifts(state: str, fresh: Mapping[Key, Answer], before: Mapping[Key, Answer], mandatory: Collection[Key]) -> bool:
    """Whether these answers change what an authority accepted.

    A first answer to a statement that nobody had answered (a newer version of a catalogue asks more) changes nothing
    that was accepted, unless it says that something mandatory is not met. In an environment that is suspended
    already every change is one.
    """
    if state == "suspended":
        return True
    if state != "accredited":
        return False
    return any(key in before or (answer.value not in MET and key in mandatory) for key, answer in fresh.items())


def facts(*, country: str, owner: str, answers: Mapping[Key, Answer]) -> dict[str, Any]:
    """Everything that is attested, as it is kept with an accreditation and compared with it."""
    return {
        "country": country,
        "owner": owner,
        "answers": {
            ":".join(key): {
                "value": answer.value,
                "note": answer.note,
                "documents": sorted(str(pk) for pk in answer.documents),
            }
            for key, answer in sorted(answers.items())
        },
    }


def facts_digest(found: Mapping[str, Any]) -> str:
    """The digest of what is attested: another one means that a fact changed."""
    return digest(dict(found))


def ready(open_mandatory: int, lacking: Iterable[str], ended: Iterable[str] = ()) -> Verdict:
    """Whether an authority may accredit: every mandatory statement answered, every safeguard that all lines need met.

    `lacking` are the labels of those that are not, `ended` names of documents behind answers that have run out.
    """
    if open_mandatory:
        reason = _("%(count)s mandatory statements are not answered yet.") % {"count": open_mandatory}
        return refused(reason, code="statements_open", rule="environment.accredit")
    if names := ", ".join(lacking):
        reason = _("Every environment needs these safeguards: %(names)s.") % {"names": names}
        return refused(reason, code="safeguards_missing", rule="scope.needed.always")
    if names := ", ".join(ended):
        reason = _("Documents behind the answers have ended: %(names)s. The institution attests anew with others.")
        return refused(reason % {"names": names}, code="documents_ended", rule="environment.documents")
    return ALLOWED


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between what was accredited and what is attested now. `before` or `now` may be missing."""

    what: str
    before: Any
    now: Any


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[Change]:
    """What differs: country, owner, then answers by catalogue and identifier."""
    found = [
        Change(name, before.get(name), now[name]) for name in ("country", "owner") if before.get(name) != now[name]
    ]
    old, new = before.get("answers", {}), now["answers"]
    keys = sorted({key for key in {**old, **new} if old.get(key) != new.get(key)})
    return found + [Change(key, old.get(key), new.get(key)) for key in keys]
