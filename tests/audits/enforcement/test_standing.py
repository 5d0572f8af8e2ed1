"""No new qualification lifts a measure: neither a renewal, nor an application after the old one has lapsed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from audits.actions.measure import set_aside
from partners.actions.application import begin_application
from partners.actions.review import recommend_decision
from partners.models import Qualification
from partners.tasks import lapse_qualifications
from portal.core import clock
from portal.core.actors import SYSTEM
from portal.core.verdicts import Refused
from tests.audits.enforcement.acts import decided
from tests.factories import partners as make

pytestmark = pytest.mark.django_db


def begin(made: make.Cast, kind: str) -> make.Cast:
    """Another application of the same institution."""
    return replace(made, application=begin_application(institution=made.institution, kind=kind, by=made.applicant))


def renewed(again: make.Cast) -> Qualification:
    """What a renewal gives in which nothing has changed."""
    make.assign(make.screen(make.submit(again)))
    recommend_decision(application=again.application, outcome="approve", text="Unchanged.", by=again.reviewer)
    make.sign(make.send(again))
    return Qualification.objects.get(application=again.application)


def qualified_anew(made: make.Cast) -> Qualification:
    again = begin(made, "initial")
    statutes = make.make_evidence(made.institution, made.applicant)
    make.fill(again.application, make.good_answers(str(statutes.pk)), made.applicant)
    make.sign(make.send(make.assess(make.assign(make.screen(make.submit(again))))))
    return Qualification.objects.get(application=again.application)


def qualified() -> Any:
    return make.sign(make.application_to_sign())


def test_a_renewal_that_was_begun_before_a_suspension_gives_nothing_while_it_lasts() -> None:
    made = qualified()
    again = begin(made, "renewal")
    decided(made, "suspension", months=9)
    with pytest.raises(Refused, match="Suspended"):
        renewed(again)
    assert not Qualification.objects.filter(application=again.application).exists()


def test_a_measure_outlives_a_qualification_that_lapses() -> None:
    made = qualified()
    case = decided(made, "suspension", months=9)
    old = Qualification.objects.get(institution=made.institution)
    Qualification.objects.filter(pk=old.pk).update(valid_until=clock.today())
    with clock.at(clock.now() + timedelta(days=2)):
        lapse_qualifications()
        old.refresh_from_db()
        assert old.state == "lapsed"
        new = qualified_anew(made)
        assert new.state == "suspended"
        set_aside(case=case, by=SYSTEM, reason="The panel saw it otherwise.")
        new.refresh_from_db()
        assert new.state == "in_force"


def test_without_a_measure_a_renewal_is_in_force() -> None:
    assert renewed(begin(qualified(), "renewal")).state == "in_force"
