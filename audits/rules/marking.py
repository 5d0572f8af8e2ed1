"""Who may see an incident by its marking: the Traffic Light Protocol 2.0 (FIRST, August 2022) for the bodies here.

TLP:RED is for the people on the case, TLP:AMBER+STRICT for the organisations on the case and those who oversee them,
TLP:AMBER also for who needs to know in order to act: the provider of the release concerned. TLP:GREEN and TLP:CLEAR
take no one away; nothing is shown to the public by a marking alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from audits.deadlines import AUTHORITY, OVERSIGHT, PROVIDER
from portal.core.verdicts import ALLOWED, Verdict, refused

RESTRICTED = ("red", "amber_strict")
"""Markings under which everyone who looked is recorded."""
HIDDEN_FROM_PROVIDERS = ("red", "amber_strict")
HIDDEN_FROM_OVERSIGHT = ("red",)
HIDDEN_FROM_AUDITORS = ("red",)
"""TLP:RED is for the people on the case; an auditor of the institution is none of them."""
HIDDEN_FROM_OUTSIDE = ("red", "amber_strict")
"""Markings whose incidents nobody learns of outside the scheme, unless somebody writes to them on purpose."""
TECHNIQUE = re.compile(r"AML\.T\d{4}(\.\d{3})?")
"""Identifiers of techniques and their parts as MITRE ATLAS writes them, such as AML.T0051 and AML.T0051.001."""
MOST_TECHNIQUES = 20


def are_techniques(found: Collection[str]) -> Verdict:
    """Each is an identifier of ATLAS."""
    wrong = [item for item in found if not TECHNIQUE.fullmatch(item)]
    if not wrong and len(found) <= MOST_TECHNIQUES:
        return ALLOWED
    return refused(
        _("Enter identifiers of MITRE ATLAS, such as AML.T0051, at most %(most)s: %(wrong)s.")
        % {"most": MOST_TECHNIQUES, "wrong": ", ".join(wrong)[:200] or len(found)},
        code="no_technique",
        rule="incident.techniques",
    )


def recipient_sees(marking: str, recipient: str) -> bool:
    """Whether somebody to whom something is due may see an incident with that marking."""
    if recipient == AUTHORITY:
        return True
    hidden = {PROVIDER: HIDDEN_FROM_PROVIDERS, OVERSIGHT: HIDDEN_FROM_OVERSIGHT}
    return marking not in hidden.get(recipient, HIDDEN_FROM_OUTSIDE)


def markings_for(recipient: str) -> list[str]:
    """Markings that a report to that recipient can have, the narrowest first: those that let it read what it gets.

    Who has no part in the portal reads what is sent to it, whatever the marking.
    """
    order = ["red", "amber_strict", "amber", "green", "clear"]
    hidden = {PROVIDER: HIDDEN_FROM_PROVIDERS, OVERSIGHT: HIDDEN_FROM_OVERSIGHT}.get(recipient, ())
    return [marking for marking in order if marking not in hidden]


def readable_marking(marking: str, recipient: str) -> Verdict:
    """A report is marked so that its recipient may read it."""
    if marking in markings_for(recipient):
        return ALLOWED
    return refused(
        _(
            "With this marking the recipient could not read the report. Choose a wider one, and write only"
            " what may leave."
        ),
        code="unreadable",
        rule="incident.marking",
    )
