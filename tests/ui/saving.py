"""A small form that saves itself, for the browser tests: its own addresses, the real scripts."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import path

PAGE = """{% load ui static %}<!doctype html><html lang="en">
<head><meta charset="utf-8"><title>Form</title></head><body>
<main><h1>Form</h1><form method="post" action="/leave/" data-guard {% autosave "/save/" %}>
<input type="hidden" name="version" value="{{ version }}">
<label for="a">Answer</label><textarea id="a" name="answer">{{ answer }}</textarea>
<fieldset><legend>Kind</legend><input type="radio" id="k1" name="kind" value="fund"><label for="k1">Fund</label>
<input type="radio" id="k2" name="kind" value="other"><label for="k2">Other</label></fieldset>
<div data-when="kind" data-when-value="fund"><label for="o">Owner</label><input id="o" name="owner"></div>
<p role="status" data-autosave-status></p><button>Leave</button></form>
<dialog data-session="{{ seconds }}" data-session-keep="/keep/" data-token="t">
<div data-session-running><b data-session-left></b></div>
<div data-session-ended hidden>Ended</div><button type="button" data-session-stay>Stay</button></dialog></main>
<script src="{% static 'build/portal.js' %}" defer></script></body></html>"""


@dataclass
class Kept:
    """What the server holds."""

    answer: str = ""
    version: int = 1
    saves: int = 0
    seconds: int = 3600
    taken: bool = False
    log: list[str] = field(default_factory=list)


kept = Kept()


def form(request: HttpRequest) -> HttpResponse:
    shown = {"answer": kept.answer, "version": kept.version, "seconds": kept.seconds}
    return HttpResponse(engines["django"].from_string(PAGE).render(shown, request))


def save(request: HttpRequest) -> JsonResponse:
    if kept.taken or request.POST["version"] != str(kept.version):
        return JsonResponse({"reason": "A colleague changed this answer at 14:02."}, status=409)
    kept.answer = request.POST["answer"]
    kept.version += 1
    kept.saves += 1
    return JsonResponse({"saved": "14:02 UTC", "version": kept.version})


def keep(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"seconds": 3600})


def leave(request: HttpRequest) -> HttpResponse:
    return HttpResponse("left")


for view in (save, keep, leave):
    view.csrf_exempt = True  # type: ignore[attr-defined]

urlpatterns = [path("form/", form), path("save/", save), path("keep/", keep), path("leave/", leave)]
