"""A second process that asks at the gate all the time, over a connection of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class Race:
    """What both processes see. Each field is one shared number; there is no clock in it.

    Hold k was committed once `committed` is k; its lifting may have begun once `lifting` is k.
    """

    committed: Any
    lifting: Any
    asked: Any
    decisive: Any
    permitted: Any
    wrong: Any
    stop: Any

    @classmethod
    def made(cls, context: Any) -> Race:
        """New numbers in shared memory."""
        return cls(*(context.Value("q", 0) for _ in range(7)))


def ask_all_the_time(race: Race, database: str, question: Any) -> None:
    """Ask until told to stop. A permit is wrong where the hold was there before, and not being lifted afterwards."""
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from grants.queries.decision import decide

    while not race.stop.value:
        held = race.committed.value
        permitted = decide(question).permitted
        if held > race.lifting.value:
            race.decisive.value += 1
            race.wrong.value += permitted
        race.permitted.value += permitted
        race.asked.value += 1
    connection.close()
