"""Grant requests are sent, and agreements accepted, by a representative who has just confirmed; both are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from grants.actions.grant import accept_agreement
from grants.actions.request import ask_to_sign, submit_request
from partners.models import Declaration
from portal.core import clock
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_request_and_an_agreement_are_declared_for_what_they_are() -> None:
    made = make.grant_in_force()
    rows = {row.noun: row for row in Declaration.objects.exclude(noun="application")}
    assert rows["grant_request"].about == made.request.pk
    assert rows["grant"].content == made.grant.agreement.digest


def test_an_hour_after_the_second_factor_nothing_is_sent_or_accepted() -> None:
    made = make.draft_request()
    by = replace(made.applicant, confirmed_at=clock.now() - HOUR)
    with pytest.raises(Refused) as sent:
        submit_request(request=made.request, declared={"purpose"}, capacity="Director", by=by)
    issued = make.issued_grant()
    late = replace(issued.applicant, confirmed_at=clock.now() - HOUR)
    with pytest.raises(Refused) as accepted:
        accept_agreement(
            grant=issued.grant,
            seen=issued.grant.agreement.digest,
            capacity="Director",
            declared=make.DECLARATIONS,
            by=late,
        )
    assert {sent.value.verdict.code, accepted.value.verdict.code} == {"stale_factor"}


def test_a_representative_who_is_asked_hears_it_and_finds_it_at_home() -> None:
    made = make.draft_request()
    applicant = make_member(made.request.institution.organisation, "applicant")
    director = make_member(made.request.institution.organisation, "representative")
    ask_to_sign(request=made.request, by=applicant)
    told = Notice.objects.filter(kind="grant_request_to_sign")
    assert director.user_id in {row.recipient_id for row in told}
    assert "grant request to declare and send" in client_for(director).get(reverse("home")).content.decode()
