"""The library in a browser: a document is uploaded, described, versioned, copied, and used in an application."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.person import Person


def choose_file(person: Person, name: str) -> None:
    person.page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": applying.DOCUMENT}
    )


def test_a_document_is_kept_in_the_library_and_answers_a_question(someone: Callable[..., Person]) -> None:
    person = someone("library@skagen.example")
    applying.sign_up(person, "Mette Holm")
    applying.register(person, applying.Identity("Skagen Institute for Model Safety", seed=19))
    applying.describe(person, applying.Identity("Skagen Institute for Model Safety", seed=19))
    page = person.go("/documents/")
    person.see("No documents yet")
    person.check_both("empty library")

    person.follow("Upload a document")
    person.check_both("upload to the library")
    choose_file(person, "statutes.pdf")
    person.choose("TLP:AMBER+STRICT")
    page.get_by_label("Day").fill("3")
    page.get_by_label("Month").fill("5")
    page.get_by_label("Year").fill("2031")
    person.press("Upload the document")
    person.see("“statutes.pdf” is stored.")
    person.see("3 May 2031")

    person.follow("Add a redacted copy")
    choose_file(person, "statutes-redacted.pdf")
    person.choose("TLP:GREEN")
    person.press("Add the redacted copy")
    person.see("statutes-redacted.pdf")
    person.follow("Upload a new version")
    choose_file(person, "statutes-2.pdf")
    person.press("Upload the new version")
    person.see("Version 1: statutes.pdf")
    person.check_both("document with versions")
    person.follow("Change kind, marking or validity")
    person.check_both("describing a document")
    page.get_by_label("What kind of document is it?").select_option("mandate")
    person.press("Save the details")
    person.go("/documents/")
    person.check_both("library")

    application = applying.begin(person, check=False)
    person.go(f"{application}sections/incident_response/")
    place = applying.question(person, "incident_plan")
    choice = place.get_by_label("Use a document from your library").locator("option", has_text="statutes-2.pdf")
    place.get_by_label("Use a document from your library").select_option(choice.get_attribute("value"))
    place.get_by_role("button", name="Use this document").click()
    expect(applying.question(person, "incident_plan").get_by_label("statutes-2.pdf")).to_be_checked()
    person.check_both("section with a document of the library")
    assert person.problems == []
