"""Deeds on versions of the rulebook: founding, proposing, consulting, deciding, putting in force."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from portal.core import clock
from portal.core.actors import Actor
from portal.core.verdicts import refused, require
from portal.ledger.models import Tier
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import Rulebook, load
from portal.rulebook.versions import FOUNDING
from portal.workflow import as_deed, create, move, record

_LOCK = 0x52554C45
"""Advisory lock of everything that decides which version is in force."""


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _fields(rules: Rulebook) -> dict[str, Any]:
    return {"title": rules.meta.title, "document": rules.dump(), "digest": rules.digest()}


def _detail(version: RulebookVersion) -> dict[str, Any]:
    return {"version": version.version, "digest": version.digest}


def _require_new(rules: Rulebook) -> None:
    if RulebookVersion.objects.filter(version=rules.version).exists():
        reason = _("There is a version %(version)s already. Give yours the next number.") % {"version": rules.version}
        require(refused(reason, code="version_taken", rule="rulebook_version.propose"))


@as_deed
def found_rulebook(*, by: Actor, rules: Rulebook | None = None) -> RulebookVersion:
    """Put the founding version in force when none is; otherwise return the one in force and change nothing.

    `rules` is the document; without it the one that comes with the portal. Raises RulebookError when it is not valid.
    """
    _one_at_a_time()
    standing: RulebookVersion | None = RulebookVersion.objects.filter(state="in_force").first()
    if standing is not None:
        return standing
    document = rules if rules is not None else load(FOUNDING)
    _require_new(document)
    moment = clock.now()
    version = RulebookVersion(
        version=document.version, proposed_at=moment, adopted_at=moment, in_force_at=moment, **_fields(document)
    )
    return create(version, "found", by=by, rulebook=version.version, detail=_detail(version), tier=Tier.PUBLIC)


@as_deed
def propose_version(*, rules: Rulebook, by: Actor) -> RulebookVersion:
    """Propose a new version as a draft. Raises Refused when its number is taken."""
    _require_new(rules)
    version = RulebookVersion(
        version=rules.version, proposed_at=clock.now(), proposed_by_id=by.user_id, **_fields(rules)
    )
    return create(version, "propose", by=by, detail=_detail(version), tier=Tier.PUBLIC)


@as_deed
def amend_version(*, version: RulebookVersion, rules: Rulebook, by: Actor) -> RulebookVersion:
    """Replace the document of a draft. Its number stays. Raises Refused once the consultation is open."""
    if rules.version != version.version:
        reason = _("The document is of version %(other)s, and this draft is %(this)s.") % {
            "other": rules.version,
            "this": version.version,
        }
        require(refused(reason, code="other_version", rule="rulebook_version.amend"))
    detail = {"version": version.version, "was": version.digest, "digest": rules.digest()}
    return record(version, "amend", by=by, changes=_fields(rules), detail=detail, tier=Tier.PUBLIC)


@as_deed
def open_consultation(*, version: RulebookVersion, by: Actor) -> RulebookVersion:
    """Fix the document and open it for comments."""
    return _step(version, "open_consultation", by, consultation_at=clock.now())


@as_deed
def call_vote(*, version: RulebookVersion, by: Actor) -> RulebookVersion:
    """End the consultation and let the oversight body vote."""
    return _step(version, "call_vote", by, voting_at=clock.now())


@as_deed
def adopt_version(*, version: RulebookVersion, by: Actor) -> RulebookVersion:
    """Record that the version was adopted. Not by whoever proposed it."""
    return _step(version, "adopt", by, adopted_at=clock.now())


@as_deed
def reject_version(*, version: RulebookVersion, reason: str, by: Actor) -> RulebookVersion:
    """Record that the version was voted down or withdrawn, and why."""
    return move(
        version,
        "reject",
        by=by,
        changes={"ended_at": clock.now()},
        detail={**_detail(version), "reason": reason},
        tier=Tier.PUBLIC,
    )


@as_deed
def put_in_force(*, version: RulebookVersion, by: Actor) -> RulebookVersion:
    """Put an adopted version in force; the former one is superseded in the same deed."""
    _one_at_a_time()
    moment = clock.now()
    require(RulebookVersion.TABLE.verdict("put_in_force", version, by))
    for former in RulebookVersion.objects.filter(state="in_force"):
        detail = {**_detail(former), "by_version": version.version}
        move(former, "supersede", by=by, changes={"ended_at": moment}, detail=detail, tier=Tier.PUBLIC)
    return _step(version, "put_in_force", by, in_force_at=moment)


def _step(version: RulebookVersion, verb: str, by: Actor, **changes: Any) -> RulebookVersion:
    return move(version, verb, by=by, changes=changes, detail=_detail(version), tier=Tier.PUBLIC)
