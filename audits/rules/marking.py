"""Who may see an incident by its marking: the Traffic Light Protocol 2.0 (FIRST, August 2022) for the bodies here.

TLP:RED is for the people on the case, TLP:AMBER+STRICT for the organisations on the case and those who oversee them,
TLP:AMBER also for who needs to know in order to act: the provider of the release concerned. TLP:GREEN and TLP:CLEAR
take no one away; nothing is shown to the public by a marking alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import ALLOWED, Verdict, refused

RESTRICTED = ("red", "amber_strict")
"""Markings under which everyone who looked is recorded."""
HIDDEN_FROM_PROVIDERS = ("red", "amber_strict")
HIDDEN_FROM_OVERSIGHT = ("red",)
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
