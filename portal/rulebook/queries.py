"""Reading the rules: the version in force, any version by its number, and each document parsed once."""

from __future__ import annotations

from functools import lru_cache

from django.db.models import QuerySet

from portal.core.compiled import compiled
from portal.rulebook.models import RulebookVersion
from portal.rulebook.schema import Rulebook, parse
from portal.workflow import remember

PUBLIC_STATES = ("consultation", "voting", "adopted", "in_force", "superseded")


class NoRulebook(RuntimeError):
    """There is no such version, or none is in force: the portal was not set up."""


NONE_IN_FORCE = "No rulebook is in force. Run `manage.py load_rulebook` to put the founding version in force."


def current() -> RulebookVersion:
    """The version in force. Raises NoRulebook when there is none. One query."""
    version: RulebookVersion | None = RulebookVersion.objects.filter(state="in_force").first()
    if version is None:
        raise NoRulebook(NONE_IN_FORCE)
    return version


def current_version() -> str:
    """The number of the version in force, which decisions cite. One query."""
    return rules().version


def rules(version: str | None = None) -> Rulebook:
    """The rules in force, or those of that version. Raises NoRulebook.

    One short query, and in a deed one for all its questions; parsed once a process.
    """
    digest = remember(RulebookVersion, version, lambda: next(iter(_digests(version or None)), None))
    if digest is None:
        raise NoRulebook(f"There is no version {version} of the rulebook." if version else NONE_IN_FORCE)
    return _parsed(digest)


@compiled
def _digests(version: str | None) -> QuerySet[RulebookVersion, str]:
    wanted = RulebookVersion.objects.filter(**({"version": version} if version else {"state": "in_force"}))
    return wanted.values_list("digest", flat=True)[:1]


@lru_cache(maxsize=32)
def _parsed(digest: str) -> Rulebook:
    """The document with that digest. A digest names one content for ever, so this never goes stale."""
    document = RulebookVersion.objects.filter(digest=digest).values_list("document", flat=True).first()
    if document is None:
        raise NoRulebook(f"No document has the digest {digest}.")
    return parse(document)


def every() -> QuerySet[RulebookVersion]:
    """All versions without their documents, drafts and rejected ones among them, the latest first."""
    return RulebookVersion.objects.defer("document").order_by("-proposed_at", "-id")


def published() -> QuerySet[RulebookVersion]:
    """Versions that anybody may read, without their documents: all but drafts and rejected ones, the latest first."""
    return every().filter(state__in=PUBLIC_STATES)
