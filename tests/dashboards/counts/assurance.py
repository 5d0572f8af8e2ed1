"""The board of assurance: audits, findings, reports, controls, alerts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from audits.models import AlertKind, Catalogue, Severity
from tests.dashboards.counts.seen import Count, Naive, Row, Seen, by_age, share

SEVERITIES = {key: str(label) for key, label in Severity.choices}


def audits(seen: Seen) -> Count:
    now, done = seen.now("audits"), Counter(one.group for one in seen.happened("audits_done"))
    rows: list[Row] = [
        {
            "Authority": seen.facts.names.get(body, "No authority"),
            "Done in the period": done[body],
            "Under way": now[body, "running"],
            "Due within 90 days": now[body, "due"],
            "Late": now[body, "late"],
        }
        for body in {body for body, _column in now} | set(done)
    ]
    late = sum(count for (_body, column), count in now.items() if column == "late")
    title = f"{late} audit" if late else f"{done.total()} audit" if done else "No audit is late"
    return Count(rows, (title,), len(seen.happened_before("audits_done")))


def findings(seen: Seen) -> Count:
    now, recorded = seen.now("findings"), Counter(one.group for one in seen.happened("findings_recorded"))
    rows: list[Row] = [
        {
            "Severity": label,
            "In time": now[key, "open"],
            "Overdue": now[key, "overdue"],
            "All": now[key, "open"] + now[key, "overdue"],
            "Recorded in the period": recorded[key],
        }
        for key, label in SEVERITIES.items()
    ]
    overdue = sum(now[key, "overdue"] for key in SEVERITIES)
    title = (f"{now.total()} finding", f"{overdue} of them overdue" if overdue else "none overdue")
    return Count(rows, title if now else ("No finding is open",))


def obligations(seen: Seen) -> Count:
    now = seen.now("obligations")
    filed = Counter((one.group, one.column) for one in seen.happened("obligations_kept"))
    labels = {item.key: str(item.title) for item in seen.book.obligations}
    rows: list[Row] = []
    for kind in {*labels, *(kind for kind, _column in (*now, *filed))}:
        in_time, late = filed[kind, "in_time"], filed[kind, "late"]
        rows.append(
            {
                "Report": labels.get(kind, kind.replace("_", " ")),
                "Filed in time": in_time,
                "Filed late": late,
                "Overdue": now[kind, "late"],
                "Not yet due": now[kind, "waiting"],
                "Filed in time, share": share(in_time, in_time + late),
            }
        )
    in_time = sum(count for (_kind, column), count in filed.items() if column == "in_time")
    return Count(rows, (f"{share(in_time, filed.total())} of reports",) if filed else ())


def controls(seen: Seen) -> Count:
    """Tests by control; what is tested of the catalogue in force, by its families, and what is of no part of it."""
    now, before = (
        Counter(one.group for one in rows) for rows in (seen.happened("controls"), seen.happened_before("controls"))
    )
    key = seen.book.audits.baseline
    book = Catalogue.objects.filter(key=key, state="current").order_by("-imported_at", "-pk").first()
    families: dict[Any, list[str]] = {}
    for control in book.controls.select_related("group") if book else ():
        families.setdefault(control.group, []).append(f"{key}:{control.oscal_id}")
    rows = [_family(str(group.title), len(names), names, now, before) for group, names in families.items()]
    known = {name for names in families.values() for name in names}
    if other := {*now, *before} - known:
        rows.append(_family("Controls that are not in the catalogue in force", 0, list(other), now, before))
    tested = len(known & set(now))
    return Count(rows, (f"({tested} of {len(known)})",) if tested else (str(len(known)),) if len(known) > 1 else ())


def _family(title: str, controls: int, names: list[str], now: Counter[str], before: Counter[str]) -> Row:
    tested = sum(name in now for name in names)
    return {
        "Family of controls": title,
        "Controls": controls or "–",
        "Tested in the period": tested,
        "Share": share(tested, controls),
        "Tests": sum(now[name] for name in names),
        "Tested in the period before": sum(name in before for name in names),
    }


VERDICTS = {
    "incident": "Became an incident",
    "nothing": "False alarm",
    "in_question": "In question",
    "raised": "Not yet looked at",
}


def alerts(seen: Seen) -> Count:
    found = Counter((one.group, one.column) for one in seen.happened("alerts"))
    rows: list[Row] = []
    for kind, label in AlertKind.choices:
        own = {words: found[kind, verdict] for verdict, words in VERDICTS.items()}
        false, true = own["False alarm"], own["Became an incident"]
        judged = share(false, false + true)
        rows.append({"Kind": str(label), **own, "All": sum(own.values()), "False alarms, of those judged": judged})
    title = (f"{found.total()} alert",) if found else ("No alert was raised",)
    return Count(rows, title, len(seen.happened_before("alerts")))


def finding_ages(seen: Seen) -> Count:
    now, rows = seen.now("finding_ages"), list[Row]()
    for key, label in SEVERITIES.items():
        ages = {int(first): count for (one, first), count in now.items() if one == key}
        rows.append({"Severity": label, **by_age(ages, (0, 30, 90, 180, 365))})
    return Count(rows, () if now else ("No finding is open",))


COUNTS: dict[str, Naive] = {
    "finding_ages": finding_ages,
    "audits": audits,
    "findings": findings,
    "obligations": obligations,
    "controls": controls,
    "alerts": alerts,
}
