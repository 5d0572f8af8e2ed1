"""Pages on consents, measures, holds and agreements cost the same with many lines as with one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from grants.actions.hold import place_hold
from grants.actions.measure import propose_narrowing
from grants.actions.withdrawal import withdraw_consent
from grants.models import GrantLine, RequestLine
from tests.factories import grants as make
from tests.factories.partners import Cast
from tests.query_budget import queries_of
from tests.world import client_for

pytestmark = pytest.mark.django_db
MOST = 16


def opened(partner: Cast, count: int) -> Iterator[tuple[str, Client, str]]:
    """Each page with who opens it, of a grant with so many lines, each held, narrowed or withdrawn like the others."""
    release, staff = make.make_release()
    places = [(release, make.make_environment(partner.institution, partner.applicant)) for _ in range(count)]
    asked = make.request_at_provider(made=partner, staff=staff, places=places)
    line = RequestLine.objects.filter(request=asked.request).first()
    yield "consent", client_for(staff), reverse("grants:consent", args=[line.pk])
    desk = "admin:grants_grantrequest"
    yield "extend", client_for(asked.officer), reverse(f"{desk}_extend_consent", args=[asked.request.pk])
    made = make.accept(make.sign_grant(make.to_signatories(make.consent(asked))))
    grant = made.grant
    lines = list(GrantLine.objects.filter(grant=grant).select_related("grant__institution__organisation"))
    yield "withdraw", client_for(staff), reverse("grants:withdraw", args=[lines[0].pk])
    for found in lines:
        place_hold(target=found, reason="Keys.", lifted_when="New keys.", by=made.signatory)
        measure = propose_narrowing(line=found, seats=1, reason="Less is enough.", by=made.officer)
        withdrawal = withdraw_consent(line=found, reason_code="terms", reason="New terms.", by=staff)
    hold = lines[0].holds.get()
    yield "agreement", client_for(made.applicant), reverse("grants:agreement", args=[grant.pk])
    yield "grant of a provider", client_for(staff), reverse("grants:grant", args=[grant.pk])
    yield "uses", client_for(staff), reverse("grants:uses")
    yield "take back", client_for(staff), reverse("grants:take_back", args=[withdrawal.pk])
    yield "hold", client_for(made.applicant), reverse("grants:hold", args=[hold.pk])
    yield "hold of a provider", client_for(staff), reverse("grants:hold", args=[hold.pk])
    for name in ("change", "drop"):
        yield name, client_for(made.officer), reverse(f"admin:grants_grantmeasure_{name}", args=[measure.pk])
    yield "sign", client_for(made.signatory), reverse("admin:grants_grantmeasure_sign", args=[measure.pk])
    yield "grant at the desk", client_for(made.signatory), reverse("admin:grants_grant_change", args=[grant.pk])
    yield "narrow", client_for(made.signatory), reverse("admin:grants_grant_narrow", args=[grant.pk, lines[0].pk])
    yield "revoke", client_for(made.signatory), reverse("admin:grants_grant_revoke", args=[grant.pk])
    place = reverse("admin:grants_hold_place_person", args=[grant.institution_id])
    yield "place on a person", client_for(made.signatory), place


def costs(partner: Cast, count: int) -> dict[str, list[str]]:
    found = {}
    for name, client, url in opened(partner, count):
        client.get(url)
        cache.clear()
        found[name] = queries_of(client, url)
    return found


def test_each_page_costs_the_same_with_many_lines_and_keeps_to_the_budget(partner: Cast) -> None:
    few, many = costs(partner, 1), costs(partner, 4)
    wrong = {}
    for name, asked in many.items():
        if len(asked) != len(few[name]) or len(asked) > MOST:
            wrong[name] = (len(few[name]), len(asked), [sql[:220] for sql in asked])
    assert not wrong, "\n".join(f"{name}: {found}" for name, found in wrong.items())
