"""What providers never read: a canary in each withheld field, and every page and export of a provider without them.

The world has two providers on one request, so that each must not learn of the other's lines and answers.
"""

from __future__ import annotations

from typing import Any, cast

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from grants.actions.consent import give_consent
from grants.actions.hold import lift_hold, place_hold
from grants.actions.measure import propose_narrowing
from grants.actions.review import ask_partner, review_line
from grants.actions.withdrawal import withdraw_consent
from grants.disclosure import READERS, TIERS, Shown, Tier, disclosed_names, discloses
from grants.models import GrantLine, Hold, RequestLine
from grants.queries.request import case_of, lines_of
from grants.queries.shown import shown_lines
from portal.notifications.models import Notice
from tests.factories import grants as make
from tests.factories import people
from tests.factories.partners import Cast
from tests.world import client_for

pytestmark = pytest.mark.django_db

CANARIES = {
    "review reason": "canary-review",
    "refusal reason": "canary-refusal",
    "question": "canary-question",
    "purpose": "canary-purpose",
    "hold reason": "canary-hold",
    "hold lifted when": "canary-lift",
    "hold incident": "I-canary-9",
    "hold end reason": "canary-ended",
    "person": "Canary Personsdottir",
    "measure reason": "canary-measure",
    "revocation reason": "canary-revoked",
    "other condition": "canary-other-condition",
    "other withdrawal": "canary-other-withdrawal",
    "narrowing reason": "canary-narrowed",
}


class Room:
    """A grant with lines of two providers, and canaries wherever the first of them may not look."""

    def __init__(self, partner: Cast) -> None:
        first, staff = make.make_release()
        second, self.other = make.make_release()
        place = make.make_environment(partner.institution, partner.applicant)
        made = make.draft_request(
            {}, {}, {"use_case": "benchmarking"}, made=partner, staff=staff,
            places=[(first, place), (second, place), (first, place)],
        )  # fmt: skip
        type(made.request).objects.filter(pk=made.request.pk).update(purpose=CANARIES["purpose"])
        made.fresh()
        make.take_up(make.submit(made))
        ask_partner(request=made.request, question=CANARIES["question"], by=made.reviewer)
        self.answer(made)
        one, two, three = lines_of(made.request)
        review_line(line=one, outcome="narrowed", seats=2, reason=CANARIES["review reason"], by=made.reviewer)
        review_line(line=two, outcome="as_asked", by=made.reviewer)
        review_line(
            line=three, outcome="refused", reason_code="risk", reason=CANARIES["refusal reason"], by=made.reviewer
        )
        make.to_provider(made)
        one, two, three = lines_of(made.request)
        give_consent(line=one, answer="consent", by=staff)
        give_consent(line=two, answer="conditions", conditions=[CANARIES["other condition"]], by=self.other)
        make.accept(make.sign_grant(make.to_signatories(made)))
        self.made, self.asked = made, one

    def answer(self, made: make.GrantCast) -> None:
        from grants.actions.request import answer_question

        question = made.request.questions.get(answered_at__isnull=True)
        answer_question(question=question, answer="Ours.", by=made.applicant)

    def trouble(self) -> Hold:
        """Holds, one of them and a withdrawal on the other provider's line, a proposal, and a narrowing."""
        made = self.made
        words: dict[str, Any] = {"reason": CANARIES["hold reason"], "lifted_when": CANARIES["hold lifted when"]}
        person, _actor = people.cleared(made.institution)
        type(person).objects.filter(pk=person.pk).update(name=CANARIES["person"])
        person.refresh_from_db()
        place_hold(target=person, by=made.signatory, **words)
        lifted = place_hold(target=made.grant, by=made.signatory, **words)
        lift_hold(hold=lifted, reason=CANARIES["hold end reason"], by=made.signatory)
        hold = place_hold(target=made.line, incident=CANARIES["hold incident"], by=made.signatory, **words)
        others = GrantLine.objects.select_related("grant__institution__organisation", "grant__authority").get(
            grant=made.grant, provider_id=self.other.body_id
        )
        place_hold(target=others, by=made.signatory, **words)
        withdraw_consent(line=others, reason_code="security", reason=CANARIES["other withdrawal"], by=self.other)
        make.narrow(made, seats=1, reason=CANARIES["narrowing reason"])
        line = GrantLine.objects.select_related("grant__request").get(pk=made.line.pk)
        propose_narrowing(line=line, requests_per_day=1, reason=CANARIES["measure reason"], by=made.officer)
        return hold


@pytest.fixture
def room(partner: Cast) -> Room:
    return Room(partner)


def pages(room: Room, hold: Hold) -> list[str]:
    lists = ["grants:grants", "grants:consents", "grants:uses", "grants:holds"]
    found = [reverse(name) + query for name in lists for query in ("", "?export=csv", "?export=xlsx")]
    one = RequestLine.objects.get(request=room.made.request, number=1)
    found += [
        reverse("grants:grant", args=[room.made.grant.pk]),
        reverse("grants:consent", args=[one.pk]),
        reverse("grants:withdraw", args=[room.made.line.pk]),
        *(reverse("grants:hold", args=[pk]) for pk in Hold.objects.exclude(line__provider_id=room.other.body_id)
          .values_list("pk", flat=True)),
        reverse("home"),
        reverse("inbox"),
    ]  # fmt: skip
    return found


def text_of(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    data = b"".join(cast(Any, answer).streaming_content) if answer.streaming else answer.content
    if url.endswith("xlsx"):
        import io

        import tablib

        return str(tablib.Dataset().load(io.BytesIO(data), format="xlsx").export("csv"))
    return data.decode()


def test_no_page_and_no_export_of_a_provider_has_a_canary(room: Room) -> None:
    hold = room.trouble()
    client = client_for(room.made.staff)
    others = [room.other.body_name, str(room.asked.release)]
    assert others[0] != room.made.staff.body_name
    found = []
    for url in pages(room, hold):
        text = text_of(client, url)
        own = (reverse("home"), reverse("inbox"))
        assert url in own or room.made.institution.name in text, f"{url} shows nothing that could tell"
        found += [(url, field) for field, canary in {**CANARIES, "provider": others[0]}.items() if canary in text]
    make.decide_measure(room.made, _revocation(room))
    for url in (reverse("grants:grant", args=[room.made.grant.pk]), reverse("grants:grants"), reverse("inbox")):
        found += [(url, field) for field, canary in CANARIES.items() if canary in text_of(client, url)]
    assert found == []


def _revocation(room: Room) -> Any:
    from grants.actions.measure import propose_revocation

    return propose_revocation(grant=room.made.grant, reason=CANARIES["revocation reason"], by=room.made.officer)


def test_nothing_that_is_sent_to_a_provider_has_a_canary(room: Room) -> None:
    room.trouble()
    make.decide_measure(room.made, _revocation(room))
    told = Notice.objects.filter(recipient=room.made.staff.user)
    assert told.count() >= 4
    text = "\n".join(f"{row.title}\n{row.body}" for row in told)
    assert [field for field, canary in CANARIES.items() if canary in text] == []


def test_a_provider_cannot_search_for_what_it_may_not_read(room: Room) -> None:
    room.trouble()
    client = client_for(room.made.staff)
    page = text_of(client, reverse("grants:holds") + "?q=canary-hold&export=csv")
    assert room.made.institution.name not in page
    partner = client_for(room.made.applicant)
    assert room.made.institution.name in text_of(partner, reverse("grants:holds") + "?q=canary-hold&export=csv")


def test_the_other_providers_line_hold_and_withdrawal_are_not_there_at_all(room: Room) -> None:
    room.trouble()
    client = client_for(room.made.staff)
    others = GrantLine.objects.get(grant=room.made.grant, provider_id=room.other.body_id)
    hold = Hold.objects.get(line=others)
    for name, pk in (("withdraw", others.pk), ("hold", hold.pk), ("consent", others.request_line_id)):
        assert client.get(reverse(f"grants:{name}", args=[pk])).status_code == 404


def test_the_institution_reads_why(room: Room) -> None:
    case = case_of(room.made.fresh())
    reasons = " ".join(line.reason for line in shown_lines(case.lines, case.rules))
    assert CANARIES["review reason"] in reasons
    assert CANARIES["refusal reason"] in reasons
    room.trouble()
    client = client_for(room.made.applicant)
    page = text_of(client, reverse("grants:grant", args=[room.made.grant.pk]))
    for field in ("hold reason", "hold lifted when", "person", "other withdrawal", "narrowing reason"):
        assert CANARIES[field] in page, field


# --- the table ------------------------------------------------------------------------------------


def test_every_model_of_grants_is_in_the_table_and_every_name_is_a_field() -> None:
    known = {model._meta.model_name: model for model in apps.get_app_config("grants").get_models()}
    assert set(known) <= set(TIERS), sorted(str(name) for name in set(known) - set(TIERS))
    for name, fields in TIERS.items():
        names = {field.name for field in known[name]._meta.get_fields()}
        assert set(fields.others) <= names, (name, set(fields.others) - names)


def test_what_is_not_in_the_table_is_withheld_from_everybody_outside_authorities() -> None:
    assert not discloses("unheard_of", "reason", "provider")
    assert not discloses("unheard_of", "reason", "institution")
    assert not discloses("hold", "reason", "")
    assert READERS[Tier.INTERNAL] == {"authority"}
    assert disclosed_names("hold", ("institution__organisation__name", "reason"), "provider") == (
        "institution__organisation__name",
    )


def test_an_object_as_a_provider_reads_it_lacks_what_is_withheld(room: Room) -> None:
    hold = room.trouble()
    shown = Shown(hold, "provider")
    assert (shown.state, shown.placed_at, shown.line_id) == (hold.state, hold.placed_at, hold.line_id)
    for name in ("reason", "lifted_when", "incident", "person", "placed_by", "end_reason", "anything"):
        assert not hasattr(shown, name)
    assert Shown(hold, "institution").reason == CANARIES["hold reason"]
