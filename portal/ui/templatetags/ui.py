"""Tags and filters for templates: icons, tags of states, fields, dates, addresses of lists."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.core.paginator import Page
from django.forms.boundfield import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.core import clock
from portal.ui import tags
from portal.ui.forms import summary_of
from portal.ui.tokens import colour

register = template.Library()


# --- icons and tags of states ------------------------------------------------------------------------
@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """`{% icon "lock" %}` beside words, `{% icon "lock" "Held" %}` alone."""
    return tags.icon(name, label)


@register.simple_tag
def state_tag(subject: Any, large: bool = False) -> SafeString:
    """`{% state_tag application %}`: the tag of its present state."""
    return tags.tag_of(subject, large=large)


@register.simple_tag
def derived_tag(key: str, label: str = "", large: bool = False) -> SafeString:
    """`{% derived_tag "overdue" %}`, `{% derived_tag "due_soon" "Due in 3 days" %}`."""
    return tags.derived_tag(key, label, large=large)


@register.simple_tag
def tone_tag(label: str, tone: tags.Tone = "neutral", icon_name: str = "", large: bool = False) -> SafeString:
    """A tag that is no state: `<c-tag>` uses it. Without an icon the tone's own is shown."""
    return tags.tag(label, tags.Look(tone, icon_name or TONE_ICON[tone]), large=large)


TONE_ICON: dict[str, str] = {
    "neutral": "ring",
    "blue": "dot",
    "amber": "square",
    "green": "tick",
    "red": "diamond",
    "black": "cross",
}


# --- forms -------------------------------------------------------------------------------------------
@register.simple_tag
def field(bound: BoundField, **options: Any) -> SafeString:
    """A field with label, hint, error and control.

    Options: `label`, `large` (True, or "h1" where the question is the page's title), `hide_label`,
    `hide_optional`, `when` and `when_value` (shown only when that field has one of these values, "a|b").
    """
    context = {
        "field": bound,
        "label": None,
        "large": None,
        "hide_label": None,
        "hide_optional": None,
        "when": None,
    } | options
    rendered: SafeString = bound.form.render(bound.template_name or bound.renderer.field_template_name, context)
    return rendered


@register.simple_tag
def error_summary(form: forms.BaseForm) -> str:
    """Everything that is wrong with the form, on top, each with a link to its field."""
    if not form.is_bound or form.is_valid():
        return ""
    return render_to_string("django/forms/errors/summary.html", {"errors": summary_of(form)})


@register.simple_tag
def options(optgroups: Iterable[tuple[Any, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a select, as Django's own templates write them; those take 80 ms for all countries."""
    parts = []
    for name, group, _index in optgroups:
        drawn = "".join(map(_option, group))
        parts.append(f'<optgroup label="{conditional_escape(name)}">{drawn}</optgroup>' if name else drawn)
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped


def _option(option: dict[str, Any]) -> str:
    """One option. An attribute that is True stands alone, one that is False is left out."""
    attributes = "".join(
        f" {conditional_escape(name)}" + ("" if value is True else f'="{escape(str(value))}"')
        for name, value in option["attrs"].items()
        if value is not False
    )
    return f'<option value="{escape(str(option["value"]))}"{attributes}>{conditional_escape(option["label"])}</option>'


@register.simple_tag
def autosave(url: str) -> SafeString:
    """Attributes for `<form …>` that make it save itself to the address, with the words that it says."""
    words = {
        "saving": _("Saving…"),
        "saved": _("Saved at %s"),
        "offline": _("Not saved: no connection. Your words are kept in this tab and sent when it is back."),
        "restored": _("Your unsaved words were put back and are being saved."),
    }
    said = format_html_join("", ' data-autosave-{}="{}"', words.items())
    return format_html('data-autosave="{}"{}', url, said)


# --- words for time ----------------------------------------------------------------------------------
@register.filter
def day(value: date | datetime | None) -> str:
    """22 November 2026."""
    if not value:
        return "–"
    return _day(_local(value))


@register.filter
def short_day(value: date | datetime | None) -> str:
    """22 Nov 2026, for tables."""
    if not value:
        return "–"
    local = _local(value)
    return f"{local.day} {MONTHS_3[local.month].title()} {local.year}"


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """22 November 2026, 14:02 UTC, machine-readable besides."""
    if not value:
        return "–"
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{} {}</time>',
        local.isoformat(timespec="seconds"),
        f"{_day(local)}, {local:%H:%M}",
        local.tzname(),
    )


@register.filter
def to_second(value: datetime | None) -> SafeString | str:
    """22 November 2026, 14:02:07 UTC, for what is a matter of seconds."""
    if not value:
        return "–"
    local = timezone.localtime(value)
    return format_html(
        '<time datetime="{}">{} {}</time>',
        local.isoformat(timespec="milliseconds"),
        f"{_day(local)}, {local:%H:%M:%S}",
        local.tzname(),
    )


@register.filter
def clock_time(value: datetime | None) -> str:
    """14:02 UTC."""
    if not value:
        return "–"
    local = timezone.localtime(value)
    return f"{local:%H:%M} {local.tzname()}"


@register.filter
def since(value: date | datetime | None) -> str:
    """today, yesterday, 4 days ago, in 3 days: the nearest whole day, from the portal's clock."""
    if not value:
        return "–"
    days = (_date(value) - clock.today()).days
    if days in (-1, 0, 1):
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[days]
    if days < 0:
        return ngettext("%(n)d day ago", "%(n)d days ago", -days) % {"n": -days}
    return ngettext("in %(n)d day", "in %(n)d days", days) % {"n": days}


@register.filter
def working_days(count: int | None) -> str:
    """4 working days."""
    if count is None:
        return "–"
    return ngettext("%(n)d working day", "%(n)d working days", count) % {"n": count}


@register.filter
def seconds_in_words(value: float | None) -> str:
    """0.4 seconds, 5 hours, 3 days: one unit, the largest that fits."""
    if value is None:
        return "–"
    if value < 60:
        return ngettext("%(n)s second", "%(n)s seconds", 1 if value == 1 else 2) % {"n": f"{value:g}"}
    for size, one in ((86400, _days), (3600, _hours)):
        if value >= size:
            return one(round(value / size))
    minutes = round(value / 60)
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _days(count: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", count) % {"n": count}


def _hours(count: int) -> str:
    return ngettext("%(n)d hour", "%(n)d hours", count) % {"n": count}


def _day(value: date) -> str:
    """The form is the same in every language, only the month is not: formats would be looked up for nothing."""
    return f"{value.day} {MONTHS[value.month]} {value.year}"


def _local(value: date | datetime) -> date | datetime:
    return timezone.localtime(value) if isinstance(value, datetime) and timezone.is_aware(value) else value


def _date(value: date | datetime) -> date:
    local = _local(value)
    return local.date() if isinstance(local, datetime) else local


# --- sentences and numbers ---------------------------------------------------------------------------
@register.filter
def sentence(items: Iterable[Any]) -> str:
    """a, b and c."""
    words = [str(item) for item in items]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


@register.filter
def figures(value: float | None) -> str:
    """41,200. Large amounts keep three digits: 1.1 million, 2 bn."""
    if value is None:
        return "–"
    for size, unit in ((1e9, _("bn")), (1e6, _("million"))):
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


@register.filter
def per_cent(part: float, whole: float) -> int:
    """The part as per cent of the whole, 0 to 100, for bars."""
    return max(0, min(100, round(100 * part / whole))) if whole else 0


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """A mapping's value by a key that is known only when the page is made."""
    return mapping.get(key) if mapping else None


# --- addresses of lists ------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def query_string(context: Context | Mapping[str, Any], **changes: Any) -> str:
    """The page's own query with some keys changed; None drops a key. `{% query_string page=2 sort=None %}`."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = value
    encoded = query.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag
def page_window(page: Page[Any]) -> list[int | str]:
    """Numbers for a pager, with "…" for gaps: 1 … 4 5 6 … 20."""
    return [
        str(number) if not isinstance(number, int) else number
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    ]


@register.simple_tag
def chart_data(data: Any) -> SafeString:
    """Data as JSON that is safe inside a script element."""
    text = json.dumps(data, default=str, ensure_ascii=False)
    for char, code in (("<", "\\u003C"), (">", "\\u003E"), ("&", "\\u0026")):
        text = text.replace(char, code)
    return mark_safe(text)  # noqa: S308 the characters that could end the element are escaped above


@register.simple_tag
def chart_rows(data: dict[str, Any]) -> list[tuple[Any, list[Any]]]:
    """The same data as rows of a table: label, then one value per series."""
    return [(label, [one["values"][index] for one in data["series"]]) for index, label in enumerate(data["labels"])]


@register.simple_tag
def mail_colours() -> dict[str, str]:
    """The colours that mail is drawn in; style sheets' variables do not reach it."""
    names = ("ink", "ink-2", "ink-3", "line", "ground", "paper", "accent")
    return {name.replace("-", "_"): colour(name) for name in names} | {"red": colour("red.text")}


# --- the session -------------------------------------------------------------------------------------
@register.simple_tag(takes_context=True)
def session_seconds(context: Context) -> int:
    """Seconds until the session ends at the earliest; 0 where nobody is signed in."""
    request = context.get("request")
    user = getattr(request, "user", None)
    if request is None or not getattr(user, "is_authenticated", False):
        return 0
    return remaining(request.session)


def remaining(session: Any) -> int:
    """Seconds that are left, by the time at which the session was last given its full length."""
    now = int(clock.now().timestamp())
    began = session.get("renewed")
    if began is None or began > now:
        session["renewed"] = began = now
    return max(0, int(session.get_expiry_age()) - (now - int(began)))
