"""From what likeness on a name is shown to a person."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from portal.rulebook.schema.base import Rule

Score = Annotated[int, Field(ge=1, le=100, strict=True)]


class Screening(Rule):
    """The least likeness of names, of 100, that a person has to look at. A hit never decides anything by itself.

    Lower finds more of those who are meant, and shows more of those who are not. `removed` is for names of those whom
    the scheme itself removed. Names of organisations are written in more ways than those of people.
    """

    person: Score = 70
    organisation: Score = 63
    removed: Score = 70
