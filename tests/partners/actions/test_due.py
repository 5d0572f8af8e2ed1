"""What becomes due by time: lapse, notices in ranges, stuck uploads. Late, twice or on two workers, it happens once."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from partners.actions.qualification import (
    lapse_qualification,
    reinstate_qualification,
    remove_qualification,
    restrict_qualification,
    suspend_qualification,
)
from partners.models import Evidence, Qualification
from partners.queries.standing import standing
from partners.tasks import abandon_uploads, lapse_qualifications, remind_of_ends
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from portal.notifications.models import Notice
from portal.workflow import create, deed
from tests.factories import partners as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def qualification() -> Qualification:
    return make.qualified_institution()[2]


def at_days_before_end(qualification: Qualification, days: int) -> AbstractContextManager[None]:
    return clock.at(clock.now() + (qualification.valid_until - clock.today()) - timedelta(days=days))


def test_past_its_last_day_it_lapses_once_and_says_so(qualification: Qualification) -> None:
    with at_days_before_end(qualification, -1):
        assert standing(institution_id=qualification.institution_id).state == "lapsed"
        assert lapse_qualifications()["done"] == 1
        assert lapse_qualifications()["done"] == 0
        assert not standing(institution_id=qualification.institution_id).in_force
    assert Notice.objects.filter(kind="qualification_lapsed").count() == 1


def test_on_its_last_day_it_is_still_in_force(qualification: Qualification) -> None:
    with at_days_before_end(qualification, 0):
        assert lapse_qualifications()["done"] == 0
        assert standing(institution_id=qualification.institution_id).in_force
        with pytest.raises(Refused):
            lapse_qualification(qualification=qualification, by=SYSTEM)


def test_each_notice_is_sent_once_even_when_days_were_missed(qualification: Qualification) -> None:
    sent = []
    for days in (120, 88, 85, 59, 25, 24, 3, 0):
        with at_days_before_end(qualification, days):
            sent.append(remind_of_ends()["done"])
    assert sent == [0, 1, 0, 1, 1, 0, 1, 0]
    applicant = Notice.objects.filter(kind="qualification_expiring").values_list("recipient", flat=True)
    assert len(set(applicant)) == 1
    assert len(applicant) == 4


def test_restricted_is_in_force_and_suspended_is_not(qualification: Qualification) -> None:
    restrict_qualification(qualification=qualification, reason="Only synthetic data.", by=SYSTEM)
    now = standing(institution_id=qualification.institution_id)
    assert (now.in_force, now.state, now.reason) == (True, "restricted", "Only synthetic data.")
    suspend_qualification(qualification=qualification, reason="Keys leaked.", conditions="New keys.", by=SYSTEM)
    assert not standing(institution_id=qualification.institution_id).in_force
    reinstate_qualification(qualification=qualification, reason="New keys are in use.", by=SYSTEM)
    assert standing(institution_id=qualification.institution_id).in_force


def test_a_removed_institution_cannot_apply_before_its_day() -> None:
    institution, applicant, qualification = make.qualified_institution()
    until = clock.today() + timedelta(days=365)
    remove_qualification(qualification=qualification, reason="False statements.", until=until, by=SYSTEM)
    with pytest.raises(Refused) as refusal:
        make.begin_application(institution=institution, by=applicant)
    assert refusal.value.verdict.code == "removed"
    with clock.at(clock.now() + timedelta(days=366)):
        assert make.begin_application(institution=institution, by=applicant).state == "draft"


def test_an_upload_that_was_never_finished_is_abandoned() -> None:
    institution, applicant = make.make_institution()
    evidence = Evidence(institution=institution, name="a.pdf", uploaded_by=applicant.user)
    evidence.series = evidence.pk
    with deed():
        create(evidence, "receive", by=applicant)
    assert abandon_uploads()["done"] == 0
    with clock.at(clock.now() + timedelta(hours=3)):
        assert abandon_uploads()["done"] == 1
    evidence.refresh_from_db()
    assert evidence.state == "abandoned"
