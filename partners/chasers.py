"""Reminders to whoever holds the pen. They remind; nothing is accepted or refused because time passed."""

from __future__ import annotations

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from partners import notices
from partners.models import Application, Query
from partners.queries.clock import Reading
from portal.accounts.models import User
from portal.notifications.notify import NoticeKind, notify

STAGE_ENDS = NoticeKind(
    "stage_ends",
    _("{reference}: {stage} is due on {due}"),
    _("{used} are used for {institution}. The case waits for you."),
    _("Open the case"),
)
STAGE_LATE = NoticeKind(
    "stage_late",
    _("{reference} is late: {stage}"),
    _("{used} are used for {institution}; it was due on {due}. The case waits, and nothing is decided by waiting."),
    _("Open the case"),
    urgent=True,
)
STAGE_LATE_LEAD = NoticeKind(
    "stage_late_lead",
    _("{reference} is late in your authority: {stage}"),
    _("{used} are used; it was due on {due}. Look whether the work is spread as it should be."),
    _("Open the portal"),
)
ANSWER_DUE = NoticeKind(
    "answer_due",
    _("An answer on {reference} is due on {due}"),
    _("The authority asked you a question on {asked}. Your application waits until you have answered it."),
    _("Answer the question"),
)
ANSWER_LATE = NoticeKind(
    "answer_late",
    _("An answer on {reference} was due on {due}"),
    _(
        "You have not answered the question of {asked} yet. You still can, and nothing is decided because time passed;"
        " but your application does not go on before."
    ),
    _("Answer the question"),
    urgent=True,
)
ANSWER_LATE_ASKER = NoticeKind(
    "answer_late_asker",
    _("{institution} has not answered on {reference}"),
    _("The answer was due on {due}. The institution was reminded. You can go on without it, or wait."),
    _("Open the case"),
    email=False,
)


def tell_of_stage(
    application: Application, reading: Reading, *, to: Iterable[User], leads: Iterable[User], key: str
) -> None:
    """Remind of a stage: whoever holds the pen, and when it is late whoever leads the authority's work."""
    words = {
        "stage": reading.label.lower(),
        "used": reading.words,
        "due": f"{reading.due_on:%-d %B %Y}" if reading.due_on else "",
    }
    if not reading.late:
        notices.tell(STAGE_ENDS, application, to=to, key=key, **words)
        return
    people = {user.pk: user for user in to}
    notices.tell(STAGE_LATE, application, to=people.values(), key=key, **words)
    notify(
        STAGE_LATE_LEAD,
        to=[user for user in leads if user.pk not in people],
        context={"reference": application.reference, **words},
        url=reverse("home"),
        key=f"{application.pk}:{key}",
        about=application.pk,
    )


def tell_of_question(query: Query, *, late: bool, key: str) -> None:
    """Remind the institution of a question that waits for its answer; late, whoever asked hears of it too."""
    application = query.application
    words = {"due": f"{query.due_on:%-d %B %Y}", "asked": f"{query.asked_at:%-d %B %Y}"}
    url = reverse("partners:question", args=[application.pk, query.pk])
    to = notices.applicants(application)
    notices.tell(ANSWER_LATE if late else ANSWER_DUE, application, to=to, key=key, url=url, **words)
    if late:
        notices.tell(ANSWER_LATE_ASKER, application, to=[query.asked_by], key=key, **words)
