"""One case from the first page to the qualification, by the deeds alone."""

from __future__ import annotations

import pytest

from partners.models import Letter, Qualification
from partners.queries.standing import standing
from portal.ledger.verify import verify
from tests.factories.partners import application_to_sign, sign

pytestmark = pytest.mark.django_db


def test_two_signatures_of_two_bodies_qualify_the_institution() -> None:
    made = application_to_sign()
    sign(made)
    application = made.fresh()
    assert application.state == "approved"
    now = standing(institution_id=made.institution.pk)
    assert now.in_force
    assert now.tier == "standard"
    assert set(Letter.objects.filter(application=application).values_list("kind", flat=True)) == {
        "approval",
        "certificate",
    }
    assert Qualification.objects.get(application=application).state == "in_force"
    assert list(verify()) == []
