"""The agreement: sealed in each version, bound to the lines, signed by who may bind the institution, checked by all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from grants.actions.grant import accept_agreement
from grants.actions.withdrawal import withdraw_consent
from grants.letters.addendum import addendum
from grants.models import Agreement, AgreementPack, GrantLine
from grants.queries.decision import decide
from grants.queries.measure import narrowed_line
from partners.files import stream
from partners.queries.verify import ALTERED, ENDED, GENUINE, by_code, by_file
from portal.core import clock
from portal.core.verdicts import Conflict, Refused
from portal.ledger.models import Event
from portal.rulebook.queries import rules
from portal.seal.keys import own_roots
from portal.seal.pdf import seals_of
from tests.factories import grants as make
from tests.factories.partners import Cast, representative_of
from tests.world import client_for

pytestmark = pytest.mark.django_db


def content(pack: AgreementPack) -> bytes:
    with stream(pack.stored_name) as file:
        return file.read()


def sign(made: make.GrantCast, seen: str, **changes: Any) -> None:
    by = replace(representative_of(made.institution, made.applicant), **changes)
    accept_agreement(grant=made.grant, seen=seen, capacity="Director", declared=make.DECLARATIONS, by=by)


def test_a_pack_is_a_tagged_pdf_sealed_over_the_whole_and_says_what_is_agreed(made: make.GrantCast) -> None:
    offered, signed = AgreementPack.objects.filter(grant=made.grant).order_by("id")
    assert (offered.kind, signed.kind) == ("offered", "signed")
    for pack in (offered, signed):
        data = content(pack)
        (seal,) = seals_of(data, roots=own_roots(), at=pack.made_at)
        assert seal.whole
        assert seal.checked.trusted
        assert b"/MarkInfo" in data or b"pdfuaid" in data
        assert pack.digest == made.grant.agreement.digest


def test_anyone_checks_a_pack_by_code_or_file_and_hears_whether_it_holds(made: make.GrantCast, client: Client) -> None:
    offered, signed = AgreementPack.objects.filter(grant=made.grant).order_by("id")
    assert by_file(content(signed)).outcome == GENUINE
    found = by_code(signed.code)
    assert (found.outcome, found.in_full) == (GENUINE, False)
    assert by_file(content(signed) + b"\n% more").outcome == ALTERED
    page = client.get(reverse("partners:verify"), {"code": signed.code}).content.decode()
    assert "Agreement on access" in page
    assert made.institution.name not in page
    make.revoke(made)
    assert by_code(signed.code).outcome == ENDED
    assert by_code(offered.code).outcome == GENUINE


def test_lines_that_change_in_between_void_what_was_read(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    read = made.grant.agreement.digest
    withdraw_consent(line=made.line, reason_code="terms", reason="New terms.", by=made.staff)
    with pytest.raises(Conflict):
        sign(made, read)
    assert decide(made.question()).code == "agreement_not_accepted"
    assert AgreementPack.objects.filter(grant=made.grant, kind="offered").count() == 2
    assert by_code(AgreementPack.objects.filter(grant=made.grant).earliest("id").code).outcome == ENDED
    sign(made, Agreement.objects.get(grant=made.grant).digest)
    assert decide(made.question()).permitted


def test_signing_takes_a_second_factor_shown_just_now(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    with pytest.raises(Refused) as refusal:
        sign(made, made.grant.agreement.digest, confirmed_at=clock.now() - timedelta(minutes=30))
    assert refusal.value.verdict.code == "stale_factor"


def test_only_the_institution_downloads_it(made: make.GrantCast) -> None:
    pack = AgreementPack.objects.filter(grant=made.grant).latest("id")
    address = reverse("grants:agreement_pack", args=[made.grant.pk, pack.pk])
    for who, status in ((made.applicant, 200), (made.staff, 404)):
        answer = client_for(who).get(address)
        assert answer.status_code == status
    assert Client().get(address).status_code == 302


# --- addenda --------------------------------------------------------------------------------------
def test_a_narrowing_after_the_signature_adds_a_sealed_addendum_in_the_next_version(made: make.GrantCast) -> None:
    make.narrow(made, seats=1, conditions=["Weekly report."], obligations=["logging"], reason="Less is enough.")
    pack = AgreementPack.objects.get(grant=made.grant, kind="addendum")
    assert (pack.version, pack.measure.line_id, pack.digest != made.grant.agreement.digest) == (2, made.line.pk, True)
    (seal,) = seals_of(content(pack), roots=own_roots(), at=pack.made_at)
    assert seal.whole
    assert seal.checked.trusted
    assert made.grant.agreement.version == 1
    entry = Event.objects.get(entry__verb__endswith="narrow", entry__object_id=made.grant.pk)
    assert pack.sha256 in entry.content


def test_the_addendum_says_what_changed_why_and_who_signed(made: make.GrantCast) -> None:
    make.narrow(made, seats=1, conditions=["Weekly report."], obligations=["logging"], reason="Less is enough.")
    pack = AgreementPack.objects.get(grant=made.grant, kind="addendum")
    before, after = GrantLine.objects.get(pk=made.line.pk), narrowed_line(made.line.pk)
    signatures = list(pack.measure.signatures.all())
    said = addendum(pack, made.grant.agreement, before, after, signatures, rules(), made=clock.now(), code=pack.code)
    assert said["reason"] == "Less is enough."
    assert said["changes"][:2] == [["People at once", "5 → 1"], ["Condition added", "Weekly report."]]
    assert len(said["changes"]) == 3
    assert ["People at once", "1"] in said["line"]["facts"]
    assert {row["name"] for row in said["authorities"]} == {str(made.signatory.user), str(made.other_signatory.user)}


def test_the_institution_reads_addenda_beside_the_text_and_nobody_else_does(made: make.GrantCast) -> None:
    make.narrow(made, seats=1, reason="Less is enough.")
    pack = AgreementPack.objects.get(grant=made.grant, kind="addendum")
    address = reverse("grants:agreement_pack", args=[made.grant.pk, pack.pk])
    page = client_for(made.applicant).get(reverse("grants:agreement", args=[made.grant.pk])).content.decode()
    assert "Addendum on line 1" in page
    assert "Less is enough." in page
    assert address in page
    assert client_for(made.applicant).get(address)["Content-Type"] == "application/pdf"
    assert client_for(made.staff).get(address).status_code == 404


def test_of_addenda_the_last_of_each_line_holds_while_the_grant_is_in_force(made: make.GrantCast) -> None:
    signed = AgreementPack.objects.get(grant=made.grant, kind="signed")
    make.narrow(made, seats=3)
    make.narrow(made, seats=2)
    first, second = AgreementPack.objects.filter(grant=made.grant, kind="addendum").order_by("version")
    assert (first.version, second.version) == (2, 3)
    assert by_code(first.code).outcome == ENDED
    assert by_file(content(second)).outcome == GENUINE
    assert by_code(signed.code).document.note.startswith("Signed, and in force. Addenda")
    make.revoke(made)
    assert by_code(second.code).outcome == ENDED


def test_before_it_is_signed_a_narrowing_makes_no_addendum(partner: Cast) -> None:
    made = make.issued_grant(made=partner)
    make.narrow(made, seats=1)
    assert not AgreementPack.objects.filter(grant=made.grant, kind="addendum").exists()
