"""The scope board: lines in force and held, what ends, places, concentration, and what was taken back."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from grants.models import GrantLine
from grants.states_places import ENVIRONMENT
from portal.accounts.models.organisation import jurisdiction_name
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, month_called, months_on, share


def scope(seen: Seen) -> Count:
    lines, held = seen.now("lines"), seen.now("lines_held")
    uses = {item.key: str(item.label) for item in seen.book.scope.use_cases}
    rows: list[Row] = []
    for release in {release for release, _use in lines}:
        row: dict[str, object] = {"Release": seen.facts.releases[release]}
        for (one, use), count in lines.items():
            if one == release:
                stopped = held[one, use]
                row[uses.get(use, use.replace("_", " "))] = f"{count}, {stopped} held" if stopped else count
        rows.append(row | {"All uses": sum(count for (one, _use), count in lines.items() if one == release)})
    title: tuple[str, ...] = (f"{sum(lines.values())} line",) if lines else ("No access is in force",)
    if 0 < held.total() < lines.total():
        title += (f"; {held.total()} {'is' if held.total() == 1 else 'are'} held",)
    return Count(rows, title)


def expiry(seen: Seen) -> Count:
    """How many lines of grants in force have not reached their last day at the end of each of the months to come.

    A line ends on the day after its last one, which may be the first of the month to come.
    """
    today, running = seen.facts.today, [one for one in seen.facts.running if _is_left(seen, one.line)]
    firsts = [months_on(today, step) for step in range(13)]
    values = [sum(one.is_on(months_on(first, 1) - timedelta(days=1)) for one in running) for first in firsts]
    now = sum(one.is_on(today) for one in running)
    left = [one.line for one in running if one.line.ends_on >= today]
    ends = Counter(month_called(line.ends_on + timedelta(days=1)) for line in left)
    begins = Counter(month_called(line.starts_on) for line in left if today < line.starts_on <= line.ends_on)
    rows: list[Row] = [
        {
            "Month": name,
            "Still in force at its end": value,
            "End in the month": ends[name],
            "Begin in the month": begins[name],
        }
        for name, value in zip(map(month_called, firsts), values, strict=True)
    ]
    soon = max(0, now - values[3])
    title = f"{soon} of {now} line" if soon else "Nothing ends within" if now else "Nothing is in force"
    return Count(rows, (title,))


def _is_left(seen: Seen, line: GrantLine) -> bool:
    tier = seen.facts.tier(line.institution_id)
    return seen.facts.is_left(seen.asked, line.institution_id, tier, (str(line.release_id), str(line.provider_id)))


def places(seen: Seen) -> Count:
    """Environments that are there: all but those that were withdrawn."""
    labels = {state.slug: str(state.label) for state in ENVIRONMENT.states if not state.final}
    there = Counter({cell: count for cell, count in seen.now("environments").items() if cell[1] in labels})
    rows: list[Row] = []
    for country in {country for country, _state in there}:
        own = {labels[state]: count for (one, state), count in there.items() if one == country}
        rows.append({"Country": jurisdiction_name(country), **own, "All": sum(own.values())})
    usable = sum(count for (_country, state), count in there.items() if state == "accredited")
    title = (f"{usable} environment",) if usable else ("accredited",) if there else ("There is no environment",)
    return Count(rows, title)


def concentration(seen: Seen) -> Count:
    facts = seen.facts
    grants, lines, partners = Counter[str](), Counter[str](), Counter[str]()
    for (provider, state), count in seen.now("grants").items():
        if state == "in_force":
            grants[provider] += count
    for (release, _use), count in seen.now("lines").items():
        lines[release] += count
    sizes = [size for (_group, size), partners_ in seen.now("holders").items() for _one in range(partners_)]
    for (country, _tier), count in seen.now("qualified").items():
        partners[country] += count
    return Count(
        [
            _shares("Providers, by grants in force", [(facts.names[pk], count) for pk, count in grants.items()]),
            _shares("Releases, by lines in force", [(facts.releases[pk], count) for pk, count in lines.items()]),
            _shares("Partners, by grants in force", [("", int(size)) for size in sizes]),
            _shares(
                "Countries, by trusted partners", [(jurisdiction_name(code), count) for code, count in partners.items()]
            ),
        ],
        ("No grant is in force",) if not grants else (),
    )


def _shares(label: str, held: list[tuple[str, int]]) -> Row:
    """The first three, and the sum of all squared shares."""
    total = sum(count for _name, count in held)
    ranked = sorted(held, key=lambda one: (-one[1], one[0]))
    first = [f"{name}: {share(count, total)}" if name else share(count, total) for name, count in ranked[:3]]
    index = sum((count / total) ** 2 for _name, count in held)
    word = "spread" if index < 0.15 else "moderately concentrated" if index <= 0.25 else "concentrated"
    return {
        "Of what": label,
        **dict(zip(("First", "Second", "Third"), [*first, "–", "–", "–"], strict=False)),
        "All others": share(sum(count for _name, count in ranked[3:]), total),
        "Herfindahl index": f"{index:.2f}" if total else "–",
        "Which is": word if total else "–",
    }


KINDS = {
    "narrowed": "Lines narrowed by authorities",
    "revoked": "Grants revoked by authorities",
    "withdrawn": "Consents withdrawn by providers",
    "given_back": "Lines given back by partners",
    "surrendered": "Grants given back by partners",
}


def taken_back(seen: Seen) -> Count:
    now, before = (
        Counter(one.column for one in rows)
        for rows in (seen.happened("taken_back"), seen.happened_before("taken_back"))
    )
    return Count(
        [
            {
                "What": label,
                "How many": now[kind],
                "In the period before": before[kind],
                "Share": share(now[kind], now.total()),
            }
            for kind, label in KINDS.items()
        ],
        (f"{now.total()} grant",) if now else ("Nothing that was granted",),
    )


COUNTS: dict[str, Naive] = {
    "scope": scope,
    "expiry": expiry,
    "places": places,
    "concentration": concentration,
    "taken_back": taken_back,
}
