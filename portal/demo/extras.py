"""More institutions than the cast has: fictional names made of words."""

from __future__ import annotations

import random
from collections.abc import Iterator

from portal.demo.cast import INSTITUTIONS, Body
from portal.demo.people import TOWNS, plain

PLACES = (
    "Alderney Reach", "Brackwater", "Cinder Hill", "Dovecote", "Eldermere", "Fallow Bay", "Greywater", "Hollin",
    "Ironbark", "Juniper Sound", "Kestrel Point", "Larkmoor", "Marram", "Netherby", "Osprey Head", "Pellwood",
    "Quarryfield", "Rushmere", "Saltmarsh", "Tarnbeck", "Umber Falls", "Vellum Park", "Whinfield", "Yarrowdale",
)  # fmt: skip
WHAT = (
    ("Institute of Model Evaluation", "public_research"), ("Laboratory for Machine Safety", "government_laboratory"),
    ("Centre for Trustworthy Systems", "nonprofit"), ("School of Computation", "university"),
    ("AI Safety Unit", "safety_institute"), ("Assurance", "company"),
)  # fmt: skip


def institutions(scale: int, limit: int | None, rng: random.Random) -> Iterator[tuple[int, Body]]:
    """The cast, then as many generated ones as make it `scale` times as large; `limit` of them at most."""
    wanted = len(INSTITUTIONS) * max(1, scale)
    for number, body in enumerate((*INSTITUTIONS, *generated(wanted - len(INSTITUTIONS), rng))):
        if limit is not None and number >= limit:
            return
        yield number, body


def generated(count: int, rng: random.Random) -> list[Body]:
    """So many bodies, no two of the same name."""
    names = [(f"{place} {what}", kind) for place in PLACES for what, kind in WHAT]
    rng.shuffle(names)
    countries = sorted(TOWNS)
    found = []
    for number in range(count):
        name, kind = names[number % len(names)]
        if round_ := number // len(names):
            name = f"{name} {round_ + 1}"
        domain = f"{plain(name)}.example"
        found.append(Body(name, countries[number % len(countries)], domain, kind))
    return found
