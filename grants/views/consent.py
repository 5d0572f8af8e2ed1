"""Pages of a provider: lines that wait for its consent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import django_filters
import django_tables2 as tables
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from grants.access import consent_lines_for, get_consent_line
from grants.actions.consent import give_consent
from grants.disclosure import Shown, reader
from grants.forms.fields import refuse_into
from grants.forms.provider import ConsentForm
from grants.models import Consent, GrantLine, RequestLine
from grants.queries.consent import with_answers
from grants.queries.request import SENT_ON, case_of
from grants.queries.words import Words
from grants.rules.consent import in_time
from portal.accounts.guards import signed_in
from portal.core import clock
from portal.core.actors import Actor
from portal.core.requests import PortalRequest
from portal.core.verdicts import Refused, first_refusal
from portal.rulebook.queries import rules
from portal.ui.lists import ListView
from portal.ui.tables import DayColumn, Table


class ConsentTable(Table):
    """Lines that a provider is asked about."""

    line = tables.Column(verbose_name=_("Line"), empty_values=())
    institution = tables.Column(verbose_name=_("Institution"), accessor="request__institution__organisation__name")
    release = tables.Column(verbose_name=_("Release"))
    use_case = tables.Column(verbose_name=_("Use"))
    data_class = tables.Column(verbose_name=_("Data"))
    due = DayColumn(verbose_name=_("Answer by"), accessor="request__consent_due")
    answer = tables.Column(verbose_name=_("Your answer"), accessor="latest_answer", empty_values=())

    def __init__(self, *args: Any, words: Words, **options: Any) -> None:
        self.words = words
        super().__init__(*args, **options)

    def render_line(self, record: RequestLine) -> SafeString:
        url = reverse("grants:consent", args=[record.pk])
        return format_html('<a href="{}">{}/{}</a>', url, record.request.reference, record.number)

    def value_line(self, record: RequestLine) -> str:
        return f"{record.request.reference}/{record.number}"

    def render_use_case(self, value: str) -> str:
        return self.words.use_case(value)

    def render_data_class(self, value: str) -> str:
        return self.words.data_class(value)

    def render_answer(self, value: str | None, record: RequestLine) -> str:
        if value:
            return str(dict(Consent.Answer.choices).get(value, value))
        sent_on = record.request.state in SENT_ON
        if sent_on:
            return str(_("No answer in time: refused"))
        due = record.request.consent_due
        return str(_("Time over") if due is not None and due < clock.now() else _("Waiting for you"))

    value_answer = render_answer


class ConsentFilter(django_filters.FilterSet):
    """Waiting or answered, and by when."""

    answered = django_filters.ChoiceFilter(
        label=_("Your answer"),
        method="by_answer",
        choices=[("no", _("Waiting for you")), ("yes", _("Answered"))],
        empty_label=_("All"),
    )

    due = django_filters.ChoiceFilter(
        label=_("Deadline"),
        method="by_deadline",
        choices=[("week", _("Within 7 days")), ("later", _("Later")), ("over", _("Over"))],
        empty_label=_("All"),
    )

    class Meta:
        model = RequestLine
        fields: ClassVar[list[str]] = []

    def by_deadline(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        now = clock.now()
        if value == "over":
            return rows.filter(request__consent_due__lt=now)
        soon = now + timedelta(days=7)
        if value == "week":
            return rows.filter(request__consent_due__gte=now, request__consent_due__lte=soon)
        return rows.filter(request__consent_due__gt=soon)

    def by_answer(self, rows: QuerySet[Any], _name: str, value: str) -> QuerySet[Any]:
        return rows.filter(latest_answer__isnull=value == "no")


class ConsentList(ListView):
    """Every line about the provider's releases that was put before it, what waits first."""

    title = _("Consents")
    lead = _(
        "Lines of requests about your releases. Silence is never consent: a line without an answer is not granted."
    )
    table_class = ConsentTable
    filterset_class = ConsentFilter
    search_fields = ("request__reference", "request__institution__organisation__name", "release__model__name")
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {
        "due": ("request__consent_due",),
        "institution": ("request__institution__organisation__name",),
    }
    default_sort = "due"
    empty_title = _("Nothing waits for your consent")
    empty_text = _("When an authority has reviewed a request on one of your releases, its lines appear here.")

    def get_queryset(self) -> QuerySet[RequestLine]:
        return with_answers(consent_lines_for(self.request.actor))

    def table_options(self) -> dict[str, Any]:
        return {"words": Words(rules())}


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def consent(request: PortalRequest, pk: UUID) -> HttpResponse:
    """One line as the authority put it, and the provider's answer."""
    actor: Actor = request.actor
    line = get_consent_line(actor=actor, pk=pk)
    case = case_of(line.request)
    item = next(found for found in case.lines if found.line.pk == line.pk)
    words = Words(case.rules)
    form = ConsentForm(request.POST or None, book=case.rules)
    if request.method == "POST" and form.is_valid():
        try:
            give_consent(line=line, by=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            refuse_into(form, error)
        else:
            messages.success(request, _("Your answer for line %(number)s is recorded.") % {"number": line.number})
            return redirect("grants:consents")
    shown = {
        "form": form,
        "line": line,
        "item": item,
        "use_case": words.use_case(line.use_case),
        "data_class": words.data_class(line.data_class),
        "route": words.route(line.access_route),
        "obligations": words.safeguards(item.review.obligations) if item.review else [],
        "review": Shown(item.review, reader(actor)) if item.review else None,
        "answers": Consent.objects.filter(line=line, provider_id=actor.body_id).order_by("-id"),
        "granted": GrantLine.objects.filter(request_line=line).select_related("grant").first(),
        "verdict": first_refusal(
            line.request.TABLE.verdict("consent", line.request, actor),
            lambda: in_time(line.request.consent_due, clock.now()),
        ),
    }
    return render(request, "grants/consent.html", shown)
