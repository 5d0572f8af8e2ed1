"""What a credential says, from objects: never more than the provider of a line may know (grants.disclosure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from grants.models import Grant, GrantLine

TYP = "dc+sd-jwt"
PROOF_TYP = "openid4vci-proof+jwt"
"""The type of a proof of possession, as OpenID for Verifiable Credential Issuance has it (appendix F.1)."""
PATH_TYPE, PATH_STATUS = "/credentials/types/access-grant", "/credentials/status/"
LONGEST = timedelta(days=365)
"""No credential is valid for longer; one that ends before its grant is replaced in time."""
REPLACED_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a status list."""

    status_list: UUID
    index: int

    def claim(self, base: str) -> dict[str, Any]:
        """The `status` claim that refers to it (OAuth Token Status List §6.2)."""
        return {"status_list": {"uri": f"{base}{PATH_STATUS}{self.status_list}", "idx": self.index}}


def first_moment(day: date) -> int:
    """When the day begins, in UTC, as a NumericDate."""
    return int(datetime.combine(day, time(), UTC).timestamp())


def last_moment(day: date) -> int:
    """When the day is over."""
    return first_moment(day + timedelta(days=1))


def line_claim(line: GrantLine, place: Place, base: str, *, names_people: bool) -> dict[str, Any]:
    """One line, by the identifiers that gateways use. The line comes from `as_in_force`.

    `names_people`: only people named on the line may use it, so a gateway asks the portal about each.
    """
    return {
        "line": line.number,
        "provider": str(line.provider_id),
        "release": line.release.key,
        "use_case": line.use_case,
        "environment": line.environment.key,
        "data_class": line.data_class,
        "access_route": line.access_route,
        "nbf": first_moment(line.starts_on),
        "exp": last_moment(line.ends_on),
        "limits": {
            "requests_per_day": line.requests_per_day,
            "tokens_per_day": line.tokens_per_day,
            "seats": line.seats,
        },
        "obligations": list(line.obligations),
        "names_people": names_people,
        "status": place.claim(base),
    }


def organisation_claim(institution: Any) -> dict[str, str]:
    """Who the partner is. `id` is the subject of questions to the portal."""
    body = institution.organisation
    return {"id": str(institution.pk), "name": body.name, "country": body.jurisdiction}


def expiry(grant: Grant, now: datetime) -> datetime:
    """When a credential that is issued now ends: with the grant, or after the longest time."""
    ends = datetime.fromtimestamp(last_moment(grant.ends_on), UTC)
    return min(ends, now + LONGEST).replace(microsecond=0)


def plain_claims(grant: Grant, key: Mapping[str, Any], place: Place, base: str, now: datetime) -> dict[str, Any]:
    """What everybody who is shown the credential reads: neither who nor what, only whose key, until when and where."""
    issued = int(now.timestamp())
    return {
        "iss": base,
        "iat": issued,
        "nbf": issued,
        "exp": int(expiry(grant, now).timestamp()),
        "vct": f"{base}{PATH_TYPE}",
        "cnf": {"jwk": {name: key[name] for name in ("kty", "crv", "x", "y")}},
        "status": place.claim(base),
    }


def type_metadata(base: str) -> dict[str, Any]:
    """The document that `vct` leads to (SD-JWT VC, type metadata)."""

    def claim(path: Sequence[Any], name: str, sd: str) -> dict[str, Any]:
        return {"path": list(path), "display": [{"locale": "en-GB", "label": name}], "sd": sd}

    return {
        "vct": f"{base}{PATH_TYPE}",
        "name": "Grant of access to AI models",
        "description": "What an institution may do with releases of AI models, as authorities granted it.",
        "claims": [
            claim(["organisation"], "The institution: id, name, country", "always"),
            claim(["tier"], "The tier under which it is qualified", "always"),
            claim(["lines"], "Lines of the grant, among places that hold none", "never"),
            claim(
                ["lines", None], "One line: release, use, environment, class of data, limits, dates, status", "always"
            ),
        ],
    }


def lines_to_carry(lines: Iterable[GrantLine], today: date) -> list[GrantLine]:
    """Lines of the grant that are not over: not given back, and their last day has not passed."""
    return [line for line in lines if line.ends_on >= today and getattr(line, "surrender", None) is None]
