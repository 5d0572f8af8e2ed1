"""Whether what was promised is checked and kept: audits, findings, reports, controls, alerts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from audits.models import Severity
from audits.models.alert import AlertKind
from portal.dashboards.boards.board import Board, by_column, by_group, whole
from portal.dashboards.boards.words import percent, than_before, than_then
from portal.dashboards.figures import Figure, cell


def audits_by_authority(board: Board) -> Figure:
    """Audits closed in the period, under way, due within 90 days, and past their day without having begun."""
    now, done = board.now["audits"], by_group(whole(board.happened["audits_done"]))
    bodies = sorted({group for group, _column in now} | set(done), key=lambda pk: board.bodies.get(pk, "").lower())
    names = [board.bodies.get(pk, _("No authority")) for pk in bodies]
    columns = {
        "done": (_("Done in the period"), "green", [done.get(pk, 0) for pk in bodies]),
        "running": (_("Under way"), "blue", [now.get((pk, "running"), 0) for pk in bodies]),
        "due": (_("Due within 90 days"), "amber", [now.get((pk, "due"), 0) for pk in bodies]),
        "late": (_("Late"), "red", [now.get((pk, "late"), 0) for pk in bodies]),
    }
    return Figure(
        key="audits",
        title=_audit_title(sum(columns["late"][2]), sum(done.values())),
        sub=_("Audits by authority. Late: past the planned day and not begun."),
        head=[_("Authority"), *(label for label, _tone, _values in columns.values())],
        rows=[
            [name, *(_audit_cell(values[place], pk, key) for key, (_label, _tone, values) in columns.items())]
            for place, (pk, name) in enumerate(zip(bodies, names, strict=True))
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": names,
            "series": [{"name": label, "values": values, "tone": tone} for label, tone, values in columns.values()],
        },
        before=than_before(sum(done.values()), sum(whole(board.happened_before["audits_done"]).values())),
        alarm="red" if any(columns["late"][2]) else "",
    )


def _audit_cell(count: int, body: str, column: str) -> int:
    return cell(count, "audits_done", body) if column == "done" else cell(count, "audits", body, column)


def _audit_title(late: int, done: int) -> str:
    if late:
        return ngettext("%(n)s audit is late", "%(n)s audits are late", late) % {"n": late}
    if done:
        words = ngettext("%(n)s audit was done, none is late", "%(n)s audits were done, none is late", done)
        return words % {"n": done}
    return _("No audit is late")


def findings_open(board: Board) -> Figure:
    """Findings that are not settled, by severity, and which of them are past the day by which they had to be."""
    now = board.now["findings"]
    severities = [(key, str(label)) for key, label in Severity.choices]
    values = {column: [now.get((key, column), 0) for key, _label in severities] for column in ("open", "overdue")}
    recorded = by_group(whole(board.happened["findings_recorded"]))
    total, overdue = sum(now.values()), sum(values["overdue"])
    return Figure(
        key="findings",
        title=_finding_title(total, overdue),
        sub=_("Findings that are not settled, by severity. Overdue: past the day for the plan or the remedy."),
        head=[_("Severity"), _("In time"), _("Overdue"), _("All"), _("Recorded in the period")],
        rows=[
            [
                label,
                cell(open_, "findings", key, "open"),
                cell(late, "findings", key, "overdue"),
                cell(open_ + late, "findings", key),
                cell(recorded.get(key, 0), "findings_recorded", key),
            ]
            for (key, label), open_, late in zip(severities, values["open"], values["overdue"], strict=True)
        ],
        chart={
            "kind": "stacked",
            "whole": True,
            "labels": [label for _key, label in severities],
            "series": [
                {"name": _("In time"), "values": values["open"], "tone": "blue"},
                {"name": _("Overdue"), "values": values["overdue"], "tone": "red"},
            ],
        },
        before=than_then(total, sum(board.then["findings"].values()), board.narrowed),
        alarm="red" if overdue else "",
    )


def _finding_title(total: int, overdue: int) -> str:
    if not total:
        return _("No finding is open")
    said = ngettext("%(n)s finding is open", "%(n)s findings are open", total) % {"n": total}
    if not overdue:
        return _("%(said)s, none overdue") % {"said": said}
    return ngettext("%(said)s, %(m)s of them overdue", "%(said)s, %(m)s of them overdue", overdue) % {
        "said": said,
        "m": overdue,
    }


def reports_kept(board: Board) -> Figure:
    """Reports that partners owe: filed in time, filed late, and not filed though their day has passed."""
    filed, now = whole(board.happened["obligations_kept"]), board.now["obligations"]
    labels = {item.key: str(item.title) for item in board.book.obligations}
    kinds = [*labels, *sorted({kind for kind, _column in (*filed, *now)} - set(labels))]
    series = {
        "in_time": (_("Filed in time"), "green", [filed.get((kind, "in_time"), 0) for kind in kinds]),
        "late": (_("Filed late"), "amber", [filed.get((kind, "late"), 0) for kind in kinds]),
        "overdue": (_("Overdue"), "red", [now.get((kind, "late"), 0) for kind in kinds]),
    }
    names = [labels.get(kind, kind.replace("_", " ")) for kind in kinds]
    in_time, late, overdue = (sum(values) for _label, _tone, values in series.values())
    return Figure(
        key="obligations",
        title=_report_title(in_time, late, overdue),
        sub=_("Periodic reports by kind: those filed in the period, and those that are overdue."),
        head=[
            _("Report"),
            *(label for label, _tone, _values in series.values()),
            _("Not yet due"),
            _("Filed in time, share"),
        ],
        rows=[
            [
                name,
                cell(series["in_time"][2][place], "obligations_kept", kind, "in_time"),
                cell(series["late"][2][place], "obligations_kept", kind, "late"),
                cell(series["overdue"][2][place], "obligations", kind, "late"),
                cell(now.get((kind, "waiting"), 0), "obligations", kind, "waiting"),
                percent(filed.get((kind, "in_time"), 0), sum(filed.get((kind, one), 0) for one in ("in_time", "late"))),
            ]
            for place, (kind, name) in enumerate(zip(kinds, names, strict=True))
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": names,
            "series": [{"name": label, "values": values, "tone": tone} for label, tone, values in series.values()],
        },
        before=_kept_before(whole(board.happened_before["obligations_kept"])),
        alarm="amber" if overdue else "",
    )


def _kept_before(before: Mapping[tuple[str, str], int]) -> str:
    columns = by_column(before)
    total = sum(columns.values())
    if not total:
        return ""
    return _("In the period before %(share)s were filed in time.") % {
        "share": percent(columns.get("in_time", 0), total)
    }


def _report_title(in_time: int, late: int, overdue: int) -> str:
    filed = in_time + late
    lacks = ngettext("%(m)s is overdue", "%(m)s are overdue", overdue) % {"m": overdue}
    if not filed:
        return _("No report was filed; %(lacks)s") % {"lacks": lacks} if overdue else _("No report was due")
    said = _("%(share)s of reports were filed in time") % {"share": percent(in_time, filed)}
    return _("%(said)s; %(lacks)s") % {"said": said, "lacks": lacks} if overdue else said


def alerts_and_false_alarms(board: Board) -> Figure:
    """Alerts raised in the period, and what people made of them."""
    counted = whole(board.happened["alerts"])
    kinds = [(key, str(label)) for key, label in AlertKind.choices]
    verdicts: dict[str, tuple[Any, str]] = {
        "incident": (_("Became an incident"), "red"),
        "nothing": (_("False alarm"), "neutral"),
        "in_question": (_("In question"), "amber"),
        "raised": (_("Not yet looked at"), "blue"),
    }
    rows = [[counted.get((key, verdict), 0) for verdict in verdicts] for key, _label in kinds]
    false, true = (sum(row[place] for row in rows) for place in (1, 0))
    return Figure(
        key="alerts",
        title=_alert_title(sum(map(sum, rows)), false, true),
        sub=_("Alerts from reported use that were raised in the period, by kind and by what people found."),
        head=[_("Kind"), *(label for label, _tone in verdicts.values()), _("All"), _("False alarms, of those judged")],
        rows=[
            [
                label,
                *(cell(count, "alerts", key, verdict) for verdict, count in zip(verdicts, row, strict=True)),
                cell(sum(row), "alerts", key),
                percent(row[1], row[0] + row[1]),
            ]
            for (key, label), row in zip(kinds, rows, strict=True)
        ],
        chart={
            "kind": "across",
            "stack": True,
            "whole": True,
            "labels": [label for _key, label in kinds],
            "series": [
                {"name": label, "values": [row[place] for row in rows], "tone": tone}
                for place, (label, tone) in enumerate(verdicts.values())
            ],
        },
        before=_alerts_before(sum(map(sum, rows)), by_column(whole(board.happened_before["alerts"]))),
        alarm="amber" if any(row[-1] for row in rows) else "",
    )


def _alerts_before(now: int, before: Mapping[str, int]) -> str:
    said = than_before(now, sum(before.values()))
    false, judged = before.get("nothing", 0), before.get("nothing", 0) + before.get("incident", 0)
    if not judged:
        return said
    return _("%(said)s Then %(share)s of those judged were false alarms.") % {
        "said": said,
        "share": percent(false, judged),
    }


def _alert_title(total: int, false: int, true: int) -> str:
    if not total:
        return _("No alert was raised in this period")
    said = ngettext("%(n)s alert was raised", "%(n)s alerts were raised", total) % {"n": total}
    judged = false + true
    if not judged:
        return _("%(said)s, none is judged yet") % {"said": said}
    return _("%(said)s; of %(m)s judged, %(share)s were false alarms") % {
        "said": said,
        "m": judged,
        "share": percent(false, judged),
    }
