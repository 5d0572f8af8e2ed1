"""Who may know what of requests, grants and holds: one table from model and field to tier, and from tier to reader.

Pages, exports, searches and the API of a provider show what `discloses` allows and nothing else; whatever is not in the
table is withheld. Which rows somebody may read at all is decided in grants.access. Institutions read why a line was
narrowed, refused or declined; providers read the scope that concerns their own releases, never why an authority
worries, what others answered, or who anybody is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db import models

from portal.core.actors import Actor

AUTHORITY, INSTITUTION, PROVIDER = "authority", "institution", "provider"


class Tier(StrEnum):
    """How far a field goes."""

    PARTIES = "parties"
    """The institution, the provider whose release it is about, and authorities."""
    PARTNER = "partner"
    """The institution and authorities: reasons, names of its people, its evidence."""
    GATE = "gate"
    """The provider whose gateway asks, the institution, and authorities: how often access was asked for."""
    RECEIVER = "receiver"
    """The provider whose machine it is about, and authorities: how signals reach gateways. Nothing for institutions."""
    INTERNAL = "internal"
    """Authorities alone: who worked on it, what they noted, what is only proposed."""


READERS: Mapping[Tier, frozenset[str]] = {
    Tier.PARTIES: frozenset({AUTHORITY, INSTITUTION, PROVIDER}),
    Tier.PARTNER: frozenset({AUTHORITY, INSTITUTION}),
    Tier.GATE: frozenset({AUTHORITY, INSTITUTION, PROVIDER}),
    Tier.RECEIVER: frozenset({AUTHORITY, PROVIDER}),
    Tier.INTERNAL: frozenset({AUTHORITY}),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """The tier of a model's fields, and those that differ from it."""

    rest: Tier
    others: Mapping[str, Tier] = field(default_factory=dict)

    def of(self, name: str) -> Tier:
        return self.others.get(name, self.rest)


def _except(rest: Tier, **tiers: str) -> Fields:
    return Fields(
        rest, {name: tier for tier, names in tiers.items() for name in names.split() for tier in [Tier(tier)]}
    )


TIERS: Mapping[str, Fields] = {
    "accreditation": Fields(Tier.PARTNER),
    "accesstally": Fields(Tier.GATE),
    "adoptedcatalogue": Fields(Tier.PARTNER),
    "agreement": Fields(Tier.PARTNER),
    "agreementpack": Fields(Tier.PARTNER),
    "attestation": Fields(Tier.PARTNER),
    "attesteddocument": Fields(Tier.PARTNER),
    "documentreminder": Fields(Tier.PARTNER),
    "conflictdeclaration": Fields(Tier.INTERNAL),
    "consent": _except(Tier.PARTIES, internal="given_by"),
    "consentwithdrawal": _except(Tier.PARTIES, internal="given_by taken_back_by"),
    "delivery": Fields(Tier.RECEIVER),
    "credential": _except(Tier.PARTNER, parties="id grant state issued_at expires_at ended_at"),
    "environment": _except(Tier.PARTNER, parties="id institution name key country state accredited_until"),
    "evaluationplan": Fields(Tier.PARTNER),
    "grant": _except(Tier.PARTIES, partner="end_reason notice_sent", internal="supersedes"),
    "grantline": Fields(Tier.PARTIES),
    "grantlineperson": Fields(Tier.PARTNER),
    "grantmeasure": Fields(Tier.INTERNAL),
    "grantquestion": Fields(Tier.PARTNER),
    "grantrequest": _except(
        Tier.PARTNER,
        parties="id reference kind institution authority title state rulebook consent_due consent_missed_at",
        internal="risk_tier officer digest sent_at notice_sent",
    ),
    "grantrequestuserpermission": Fields(Tier.INTERNAL),
    "grantsignature": Fields(Tier.PARTNER),
    "hold": _except(
        Tier.PARTNER,
        parties="id institution grant line environment state emergency placed_at confirm_by placed_body confirmed_at"
        " confirmed_body ended_at rulebook",
        internal="placed_by confirmed_by ended_by notice_sent",
    ),
    "holderkey": Fields(Tier.PARTNER),
    "lineperson": Fields(Tier.PARTNER),
    "lineday": Fields(Tier.GATE),
    "linereview": _except(Tier.PARTIES, partner="outcome reason_code reason reviewed_at", internal="reviewed_by body"),
    "linecap": _except(Tier.PARTIES, partner="reason end_reason"),
    "lineend": Fields(Tier.PARTIES),
    "linesurrender": _except(Tier.PARTNER, parties="id line surrendered_at"),
    "lineversion": _except(Tier.PARTIES, internal="measure"),
    "measuresignature": Fields(Tier.INTERNAL),
    "model": Fields(Tier.PARTIES),
    "release": Fields(Tier.PARTIES),
    "requestline": Fields(Tier.PARTIES),
    "rereview": Fields(Tier.INTERNAL),
    "signal": Fields(Tier.RECEIVER),
    "statement": Fields(Tier.PARTIES),
    "statementcatalogue": Fields(Tier.PARTIES),
    "stream": _except(Tier.RECEIVER, internal="authorization"),
    "statuschange": Fields(Tier.INTERNAL),
    "statusentry": Fields(Tier.PARTNER),
    "statuslist": Fields(Tier.PARTIES),
    "usagealert": Fields(Tier.GATE),
    "usagebucket": Fields(Tier.INTERNAL),
    "usageday": Fields(Tier.GATE),
    "usagehour": Fields(Tier.GATE),
    "usageintake": Fields(Tier.GATE),
    "usagewindow": Fields(Tier.GATE),
}
"""Model → the tiers of its fields. A model that is not here is nobody's to read outside authorities."""
ALWAYS = frozenset({"pk", "id", "state", "state_label", "TABLE", "stops", "target_kind"})
"""What pages need of any object that somebody may read at all."""


def reader(actor: Actor) -> str:
    """As whom the actor reads: authority, institution, provider, or "" for everybody else."""
    if actor.body_kind in (AUTHORITY, INSTITUTION, PROVIDER):
        return actor.body_kind
    return AUTHORITY if actor.has("system") else ""


def discloses(model: str, name: str, who: str) -> bool:
    """Whether that reader (see `reader`) may know that field of that model. What is not in the table is withheld."""
    fields = TIERS.get(model)
    return who in READERS[fields.of(name) if fields else Tier.INTERNAL]


def disclosed_names(model: str, names: Iterable[str], who: str) -> tuple[str, ...]:
    """Of search fields or columns, those that the reader may know: searching in what is withheld would tell it."""
    return tuple(name for name in names if discloses(model, name.split("__")[0], who))


class Shown:
    """An object as somebody may read it: fields that the table withholds are not there.

    In a template they come out empty. Objects that hang on a field are given as they are, so pages of providers name
    the parts that they show.
    """

    def __init__(self, subject: models.Model, who: str) -> None:
        self._subject = subject
        self._who = who

    def __getattr__(self, name: str) -> Any:
        subject = self._subject
        plain = name.removeprefix("get_").removesuffix("_display").removesuffix("_id")
        if name in ALWAYS or discloses(subject._meta.model_name or "", plain, self._who):
            return getattr(subject, name)
        raise AttributeError(f"{name} is withheld")

    def __str__(self) -> str:
        return str(self._subject)
