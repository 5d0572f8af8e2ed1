"""Import of a file: report, confirmation, all or nothing, and the way round with the export."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from partners.actions.person import end_person
from partners.models import Institution, Person, PersonCheck
from partners.queries.people_import import report_on
from partners.rules.people_csv import COLUMNS
from portal.accounts.models import Invitation
from portal.core import clock
from portal.core.actors import Actor
from portal.ledger.models import Entry
from tests.factories import partners as make
from tests.factories import people
from tests.factories.accounts import make_member
from tests.world import client_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> tuple[Institution, Actor, Client]:
    institution, by = make.make_institution()
    return institution, by, client_for(by)


def send(client: Client, content: bytes | str, name: str = "people.csv") -> str:
    """Upload the file; the address of its report."""
    raw = content if isinstance(content, bytes) else content.encode()
    answer = client.post(reverse("partners:people_import"), {"upload": SimpleUploadedFile(name, raw)})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def confirm(client: Client, url: str, **more: str) -> str:
    seen = client.get(url).context["report"].digest
    return client.post(url, {"seen": seen, **more}, follow=True).content.decode()


def file(*rows: str) -> str:
    day = (clock.today() - timedelta(days=30)).isoformat()
    head = "Name,E-mail address,Position,Employer,Training checked on,Training vouched by,Training reference\n"
    return head + "".join(f"{row}\n".replace("DAY", day) for row in rows)


TWO = ("Ada Berg,ada@institute.example,Lead,,DAY,Safety unit,S2", "Bo Lind,bo@institute.example,,Havel,,,")


def test_nothing_happens_before_the_report_is_confirmed_and_all_of_it_after(
    house: tuple[Institution, Actor, Client],
) -> None:
    institution, _by, client = house
    url = send(client, file(*TWO))
    page = client.get(url).content.decode()
    assert "2 rows were read. Nothing is changed yet." in page
    assert "Import 2 people" in page
    assert not Person.objects.exists()
    assert "Imported: 2 named, 0 changed." in confirm(client, url)
    ada = Person.objects.get(institution=institution, email="ada@institute.example")
    check = PersonCheck.objects.get()
    assert (check.person_id, check.vouched_by, check.reference) == (ada.pk, "Safety unit", "S2")
    assert ada.trained_until == check.valid_until
    assert Entry.objects.filter(verb="person.name").count() == 2
    assert not Invitation.objects.exists()


def test_confirmed_twice_it_is_done_once(house: tuple[Institution, Actor, Client]) -> None:
    _institution, _by, client = house
    url = send(client, file(*TWO))
    seen = client.get(url).context["report"].digest
    for _ in range(2):
        client.post(url, {"seen": seen})
    assert Person.objects.count() == 2
    assert "no longer here, and nothing of it was imported" in client.get(url, follow=True).content.decode()


def test_what_changed_since_the_report_is_shown_again_and_nothing_is_done(
    house: tuple[Institution, Actor, Client],
) -> None:
    institution, by, client = house
    url = send(client, file(*TWO))
    seen = client.get(url).context["report"].digest
    people.named(institution, by, email="bo@institute.example", name="Bo Lind", employer="Havel")
    page = client.post(url, {"seen": seen}, follow=True).content.decode()
    assert "Something changed since the report was made" in page
    assert Person.objects.count() == 1
    confirm(client, url)
    assert Person.objects.count() == 2


def test_rows_with_problems_are_left_out_in_full_view_and_can_be_downloaded(
    house: tuple[Institution, Actor, Client],
) -> None:
    _institution, _by, client = house
    url = send(client, file(*TWO, "Cy,not an address,,,,,", "Di,di@institute.example,,,03/05/2026,Unit,"))
    page = client.get(url).content.decode()
    assert "2 rows have a problem and would be left out" in page
    assert "Import 2 people and leave out the rest" in page
    wrong = client.get(f"{url}?export=problems").content.decode("utf-8-sig").splitlines()
    assert len(wrong) == 3
    assert wrong[0].endswith("Problem")
    assert "03/05/2026" in wrong[2]
    assert "2 rows were left out" in confirm(client, url)
    assert Person.objects.count() == 2


def test_the_rows_with_problems_can_be_corrected_and_uploaded_as_they_came(
    house: tuple[Institution, Actor, Client],
) -> None:
    _institution, _by, client = house
    url = send(client, file("Di,di@institute.example,,,03/05/2026,Unit,"))
    wrong = client.get(f"{url}?export=problems").content.replace(b"03/05/2026", b"2026-05-03")
    confirm(client, send(client, wrong))
    assert PersonCheck.objects.get().person.email == "di@institute.example"


def test_an_export_comes_back_as_unchanged(house: tuple[Institution, Actor, Client]) -> None:
    institution, by, client = house
    people.cleared(institution, by=by)
    person = people.checked(people.named(institution, by, name='=Odd, "name"', employer="-X;Y"), by)
    people.check(person, "background", by, until=clock.today() + timedelta(days=90))
    people.named(institution, by, name="Åse Ødegård", position="'quoted'")
    gone = people.named(institution, by)
    end_person(person=gone, reason="Left.", by=by)
    for query in ("", "?standing=left"):
        sep = "&" if query else "?"
        export = client.get(f"{reverse('partners:people')}{query}{sep}export=csv")
        report = report_on(institution, export.getvalue(), by)
        assert {item.kind for item in report.outcomes} == {"unchanged"}, [item.says for item in report.outcomes]


def test_an_export_into_an_empty_house_names_everybody_with_their_checks(
    house: tuple[Institution, Actor, Client],
) -> None:
    institution, by, client = house
    for _ in range(3):
        people.checked(people.named(institution, by), by)
    export = client.get(f"{reverse('partners:people')}?export=csv").getvalue()
    other, else_by = make.make_institution()
    confirm(client_for(else_by), send(client_for(else_by), export))

    def told(where: Institution) -> set[tuple[object, ...]]:
        fields = ("person__email", "kind", "vouched_by", "checked_on", "valid_until", "reference")
        return set(PersonCheck.objects.filter(person__institution=where).values_list(*fields))

    assert told(institution) == told(other)
    assert len(told(other)) == 9


def test_the_example_file_can_be_imported_as_it_is(house: tuple[Institution, Actor, Client]) -> None:
    _institution, _by, client = house
    example = client.get(reverse("partners:people_example"))
    assert example["Content-Disposition"] == 'attachment; filename="people-example.csv"'
    heads = example.content.decode("utf-8-sig").splitlines()[0]
    assert heads == ",".join(COLUMNS.values())
    confirm(client, send(client, example.content))
    assert Person.objects.count() == 2


def test_people_who_are_there_are_changed_and_nothing_is_taken_away(
    house: tuple[Institution, Actor, Client],
) -> None:
    institution, by, client = house
    person = people.checked(people.named(institution, by, email="ada@institute.example", position="Analyst"), by)
    before = person.identity_until
    confirm(client, send(client, file("Ada Berg,ADA@institute.example,Lead,,DAY,Safety unit,S2")))
    person.refresh_from_db()
    assert (person.name, person.position, person.identity_until) == ("Ada Berg", "Lead", before)
    assert person.checks.filter(vouched_by="Safety unit").count() == 1
    verbs = Entry.objects.filter(object_id=person.pk).order_by("seq").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["person.amend", "person.record_check"]


def test_those_who_are_new_are_invited_where_that_is_ticked(house: tuple[Institution, Actor, Client]) -> None:
    institution, _by, client = house
    member = make_member(institution.organisation, "applicant")
    confirm(client, send(client, file(*TWO, f"Own,{member.user.email},,,,,")), invite="on")
    assert set(Invitation.objects.values_list("email", flat=True)) == {"ada@institute.example", "bo@institute.example"}


def test_an_applicants_tick_invites_nobody(house: tuple[Institution, Actor, Client]) -> None:
    institution, _by, _client = house
    client = client_for(make_member(institution.organisation, "applicant"))
    confirm(client, send(client, file(*TWO)), invite="on")
    assert Person.objects.count() == 2
    assert not Invitation.objects.exists()


def test_a_colleagues_file_and_one_that_never_was_open_nothing(house: tuple[Institution, Actor, Client]) -> None:
    institution, _by, client = house
    url = send(client, file(*TWO))
    others = [make_member(institution.organisation, "administrator"), make.make_institution()[1]]
    for other in others:
        assert client_for(other).get(url)["Location"] == reverse("partners:people_import")
    nowhere = reverse("partners:people_report", args=[uuid4()])
    assert client.post(nowhere, {"seen": "x"})["Location"] == reverse("partners:people_import")
    assert not Person.objects.exists()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"Nothing of ours\n1\n"])
def test_what_cannot_be_read_is_refused_at_once(house: tuple[Institution, Actor, Client], content: bytes) -> None:
    _institution, _by, client = house
    answer = client.post(reverse("partners:people_import"), {"upload": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 200
    assert answer.context["form"].errors["upload"]


def test_markup_in_a_file_is_shown_as_text(house: tuple[Institution, Actor, Client]) -> None:
    _institution, _by, client = house
    url = send(client, file("<script>alert(1)</script>,<b>@x.example,,,,,"))
    assert "<script>alert(1)" not in client.get(url).content.decode()


def test_a_long_report_is_paged(house: tuple[Institution, Actor, Client]) -> None:
    _institution, _by, client = house
    url = send(client, file(*(f"P {n},p{n}@x.example,,,,," for n in range(120))))
    assert len(client.get(url).context["page_obj"].object_list) == 50
    assert "p119@x.example" in client.get(f"{url}?show=new&page=3").content.decode()
