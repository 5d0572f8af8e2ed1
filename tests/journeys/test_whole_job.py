"""The whole job as one journey, from sign-up to suspension, as the people of the scheme do it in their browsers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.journeys import applying
from tests.journeys.person import Person
from tests.journeys.stack import Stack


@dataclass
class Job:
    """What the journey has brought about so far, and who is signed in."""

    portal: Stack
    people: Callable[..., Person]
    application: str = ""

    def staff(self, part: str) -> Person:
        """The person who plays that part, signed in."""
        found = self._seated.get(part)
        if found is None:
            found = self._seated[part] = self.people(**self.portal.staff[part])
            found.sign_in()
        return found

    def __post_init__(self) -> None:
        self._seated: dict[str, Person] = {}
        self.identity = applying.Identity()
        self.applicant = self.people("liv@nordfjord.example")


@pytest.fixture(scope="module")
def job(portal: Stack, people: Callable[..., Person]) -> Job:
    return Job(portal, people)


def test_an_institution_signs_up_and_applies(job: Job) -> None:
    job.application = applying.apply(job.applicant, "Liv Haugland", job.identity)
