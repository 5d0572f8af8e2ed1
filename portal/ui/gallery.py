"""Sample data for the gallery. Nothing here is real; it shows each component as a case would."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest

from portal.core.verdicts import refused
from portal.ui import tags
from portal.ui.forms import Described, MemorableDateField

STEPS = ("Submitted", "Screened", "Assessment", "Signatures", "In force")


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label="Name of the institution", help_text="As it is registered in its home jurisdiction.", max_length=120
    )
    lei = forms.CharField(
        label="Legal Entity Identifier", help_text="20 characters, for example 5493001KJTIIGC8Y1R12.", max_length=20
    )
    kind = forms.ChoiceField(
        label="What kind of institution is it?",
        widget=forms.RadioSelect,
        choices=[
            ("public", Described("Public research body", "Founded by a government, with a mandate in law")),
            ("university", Described("University")),
            ("nonprofit", Described("Non-profit laboratory")),
        ],
    )
    uses = forms.MultipleChoiceField(
        label="Which uses do you ask for?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("evaluation", "Evaluation"), ("red", "Red-teaming"), ("bench", "Benchmarking")],
    )
    jurisdiction = forms.ChoiceField(
        label="Home jurisdiction", choices=[("", "Choose one"), ("NO", "Norway"), ("GB", "United Kingdom")]
    )
    founded = MemorableDateField(label="When was it founded?", help_text="For example 3 5 2001.")
    until = forms.DateField(label="Access needed until", required=False)
    purpose = forms.CharField(
        label="What do you want to find out?",
        help_text="Plain words. Reviewers and the provider read this first.",
        widget=forms.Textarea,
        max_length=800,
    )
    evidence = forms.FileField(label="Certificate", help_text="PDF, PNG or JPEG, at most 20 MB.", required=False)
    declared = forms.BooleanField(label="I may speak for the institution, and what is written here is true.")


def context(request: HttpRequest) -> dict[str, Any]:
    """All that gallery.html shows."""
    wrong = SampleForm(
        {
            "name": "",
            "lei": "5493001KJTIIGC8Y1R1",
            "kind": "university",
            "founded_day": "31",
            "founded_month": "2",
            "founded_year": "2001",
            "purpose": "To find out",
        }
    )
    wrong.add_error(
        "lei", "The check digits do not fit. Compare with your registration: 20 characters, without spaces."
    )
    return {
        "crumbs": [("Home", "/"), ("Applications", "#")],
        "tabs": _tabs(),
        "steps": [
            {"label": label, "state": state}
            for label, state in zip(STEPS, ("done", "done", "now", "", ""), strict=True)
        ],
        "ladder": [
            {"label": "Warning", "state": "past"},
            {"label": "Restriction"},
            {"label": "Suspension", "state": "now"},
            {"label": "Removal"},
        ],
        "actions": _actions(),
        "columns": ["Evaluation", "Red-teaming", "Benchmarking", "Safety research", "Deployment"],
        "matrix": _matrix(),
        "looks": _looks(),
        "derived": [
            tags.derived_tag(key)
            for key in ("overdue", "due_soon", "held", "clock_paused", "changed", "new", "met", "partly_met", "not_met")
        ],
        "time_to_contain": {
            "kind": "line",
            "labels": ["Q4 25", "Q1 26", "Q2 26", "Q3 26", "Q4 26"],
            "unit": "h",
            "series": [{"name": "Median time to contain", "values": [19, 14, 11, 7, 5]}],
        },
        "findings": {
            "kind": "stacked",
            "labels": ["Access control", "Logging", "People", "Incident response"],
            "whole": True,
            "series": [
                {"name": "Verified", "values": [14, 9, 7, 5], "tone": "green"},
                {"name": "Open", "values": [3, 5, 2, 1], "tone": "amber"},
                {"name": "Overdue", "values": [1, 0, 2, 0], "tone": "red"},
            ],
        },
        "by_authority": {
            "kind": "bar",
            "labels": [
                "Bureau of Advanced Systems Evaluation",
                "Frontier Access Office",
                "Office for Trusted Model Access",
            ],
            "whole": True,
            "series": [{"name": "Late", "values": [1, 2, 1], "tone": "red"}],
        },
        "reasons": {
            "kind": "across",
            "labels": ["Environment was not accredited for restricted data", "No grant in force", "Held"],
            "whole": True,
            "series": [{"name": "Refused questions", "values": [42, 17, 3]}],
        },
        "rows": _queue(),
        "chips": [{"label": "State: under review", "url": "?"}, {"label": "Tier: 2", "url": "?"}],
        "views": [
            {"label": "Mine", "url": "?", "current": True, "count": 12},
            {"label": "Past their time", "url": "?", "count": 3},
            {"label": "Everything open", "url": "?", "count": 41},
        ],
        "page_obj": Paginator(range(500), 25).page(4),
        "form": SampleForm(initial={"name": "Nordfjord Institute for Machine Safety"}),
        "wrong": wrong,
        "verdict": refused(
            "One question is open. Nobody can sign until it is answered or withdrawn.",
            code="open_query",
            rule="quorum.initial",
        ),
        "question": "Which logs do you keep, where, and for how long?",
    }


def _tabs() -> list[dict[str, Any]]:
    names: list[tuple[str, Any]] = [
        ("Summary", None),
        ("Answers", None),
        ("Evidence", 14),
        ("People", 6),
        ("Assessment", "5/9"),
        ("Signatures", "0/2"),
        ("Timeline", None),
    ]
    return [
        {"label": name, "count": count, "url": "#", "current": index == 0} for index, (name, count) in enumerate(names)
    ]


def _actions() -> list[dict[str, Any]]:
    return [
        {"label": "Assess personnel", "url": "#", "primary": True},
        {"label": "Ask a question", "url": "#", "hint": "Stops the clock until it is answered."},
        {"label": "Recommend", "reason": "four sections are not assessed, one question is open."},
    ]


def _matrix() -> list[dict[str, Any]]:
    none = {"label": "not allowed", "heat": 0}
    return [
        {
            "label": "Meridian 4.1",
            "cells": [_cell(9, 3), {"label": "4 held", "held": True, "url": "#"}, _cell(5, 2), _cell(2, 1), none],
        },
        {"label": "Meridian 4.0", "cells": [_cell(14, 4), _cell(5, 2), _cell(8, 3), _cell(4, 2), none]},
        {
            "label": "Aster Large 2",
            "cells": [_cell(6, 2), _cell(1, 1), _cell(3, 1), {"label": "–", "heat": 0, "says": "none"}, none],
        },
    ]


def _cell(count: int, heat: int) -> dict[str, Any]:
    return {"label": str(count), "heat": heat, "url": "#", "says": "grants in force" if count > 1 else "grant in force"}


def _looks() -> list[dict[str, Any]]:
    groups: dict[str, list[str]] = {}
    for state, look in tags.EVERYWHERE.items():
        groups.setdefault(look.tone, []).append(tags.tag(state.replace("_", " ").capitalize(), look))
    return [{"tone": tone, "tags": made} for tone, made in groups.items()]


def _queue() -> list[dict[str, Any]]:
    rows = [
        (
            "A-2026-0147",
            "Nordfjord Institute for Machine Safety",
            "Norway",
            "2",
            11,
            tags.tag("Under review", tags.WITH_US),
        ),
        (
            "A-2026-0139",
            "Tidewater Laboratory for Model Evaluation",
            "Canada",
            "1",
            19,
            tags.derived_tag("due_soon", "Due in 1 day"),
        ),
        (
            "A-2026-0121",
            "Łódź Centre for Trustworthy Systems",
            "Poland",
            "3",
            24,
            tags.derived_tag("overdue", "4 days over"),
        ),
        ("A-2026-0150", "Kauri Institute", "New Zealand", "1", 2, tags.tag("Waiting for the applicant", tags.YOURS)),
    ]
    return [
        {"number": number, "name": name, "from": home, "tier": tier, "age": age, "tag": made}
        for number, name, home, tier, age, made in rows
    ]
