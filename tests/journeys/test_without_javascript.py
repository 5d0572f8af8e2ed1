"""Everything works without JavaScript: signing in, and saving a section with a document."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.journeys import applying
from tests.journeys.person import Person


def test_a_section_is_filled_without_javascript(someone: Callable[..., Person]) -> None:
    person = someone("plain@armor.example", scripts=False)
    identity = applying.Identity("Laboratoire Armor de Sûreté Logicielle", seed=13)
    applying.sign_up(person, "Elena Moreau")
    applying.register(person, identity)
    applying.describe(person, identity)
    application = applying.begin(person, check=False)
    page = person.go(f"{application}sections/data/")
    trained = "Would you use answers of a model to train or fine-tune another model?"
    person.choose("Yes", within=trained)
    person.press("Save and go on")
    # What hangs on an answer appears once it is saved, with what is missing said at the top.
    expect(page.get_by_label("Which model, and why is it necessary?")).to_be_visible()
    person.choose("No", within=trained)
    person.choose("Synthetic or invented data")
    person.fill("For how many months do you keep prompts, answers and results?", "12")
    person.choose("On the way")
    person.choose("No", within="Would anyone outside your organisation receive raw prompts or answers?")
    person.press("Save and go on")
    expect(page).not_to_have_url(re.compile("/sections/data/"))
    person.go(f"{application}sections/incident_response/")
    applying.upload(person, "incident_plan", "incident-plan.pdf")
