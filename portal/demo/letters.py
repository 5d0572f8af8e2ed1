"""In which language institutions have their letters, and a case that one authority hands over to another."""

from __future__ import annotations

import io

from partners import files
from partners.actions.case_file import ask_case_file, make_case_file, take_case_file, take_in_case
from partners.models import Application
from partners.queries.people import hands_of
from partners.rules.case_file import check
from partners.rules.hands import no_conflict
from portal.core import clock
from portal.demo.stage import Stage
from portal.seal.keys import peer_roots

LANGUAGES = {"FR": "fr", "BE": "fr", "LU": "fr", "DE": "de", "AT": "de"}
"""Jurisdictions whose institutions have their letters in another language than English."""


def handed_over(stage: Stage) -> None:
    """The file of a decided case goes from its authority to another, which checks it and keeps it."""
    decided = Application.objects.filter(state__in=("approved", "declined")).order_by("-decided_at")
    for application in decided.select_related("institution__organisation", "authority")[:20]:
        home = stage.authority(application.authority_id)
        hands = hands_of(application)
        officer = next((one for one in home.officers if no_conflict(hands, one)), None)
        other = next((one for one in stage.authorities if one is not home and one.officers), None)
        if officer is None or other is None:
            continue
        reason = "Hand-over: the institution plans to move its seat."
        file = ask_case_file(application=application, recipient="authority", reason=reason, by=officer)
        file = make_case_file(file=file)
        if file.state != "ready":
            return
        take_case_file(file=file, part="zip", by=officer)
        data = files.read(file.stored_name)
        report = check(io.BytesIO(data), len(data), roots=peer_roots(), now=clock.now())
        take_in_case(content=io.BytesIO(data), size=len(data), report=report, by=other.officers[0])
        return
