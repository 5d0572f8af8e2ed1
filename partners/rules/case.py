"""What has to come first in a case."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core.verdicts import ALLOWED, Verdict, refused
from portal.rulebook.schema import QuorumRule


def nothing_open(open_queries: int) -> Verdict:
    """No question waits for its answer."""
    if open_queries == 0:
        return ALLOWED
    return refused(
        ngettext(
            "One question to the institution is open. Wait for the answer, or withdraw the question.",
            "%(count)s questions to the institution are open. Wait for the answers, or withdraw the questions.",
            open_queries,
        )
        % {"count": open_queries},
        code="open_query",
        rule="application.open_query",
    )


def may_recommend(*, unassessed: Sequence[str], open_queries: int) -> Verdict:
    """The reviewer has assessed every section as it stands now, and no question is open."""
    if unassessed:
        return refused(
            _("Assess these sections first, as they stand now: %(names)s.") % {"names": ", ".join(unassessed)},
            code="not_assessed",
            rule="application.recommend",
        )
    return nothing_open(open_queries)


def may_send(*, recommendations: int, quorum: QuorumRule, open_queries: int) -> Verdict:
    """As many reviewers as the quorum asks for have recommended on what stands now, and no question is open."""
    if recommendations < quorum.assessors:
        return refused(
            ngettext(
                "The rulebook asks for %(need)s recommendation on the present revision; there are %(have)s.",
                "The rulebook asks for %(need)s recommendations on the present revision; there are %(have)s.",
                quorum.assessors,
            )
            % {"need": quorum.assessors, "have": recommendations},
            code="not_recommended",
            rule="quorum.assessors",
        )
    return nothing_open(open_queries)
