"""Letters: made, sealed and kept inside the deed that they tell of, in the language of the institution."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partners import files
from partners.letters import certificate, decision, ending, question
from partners.models import Application, Letter, Qualification, Query
from partners.queries.letter import counted_signatures, language_of, qualification_of
from partners.rules.letter import new_code
from portal.core import clock
from portal.seal.keys import fingerprint, seal_key
from portal.seal.pdf import seal_pdf
from portal.ui.documents import render_pdf
from portal.workflow import require_deed

Says = Callable[..., dict[str, Any]]


def make_letter(application: Application) -> Letter:
    """The letter of the decision, and with an approval the certificate. Inside the deed that decided.

    A refusal after an earlier one was set aside on appeal has a letter of its own.
    """
    signatures = counted_signatures(application)
    if application.state != "approved":
        aside = application.set_aside_at
        says = partial(decision.refusal, application, signatures)
        return _make(application, Letter.Kind.REFUSAL, says, occasion=f"after:{aside.isoformat()}" if aside else "")
    held = qualification_of(application)
    made = _make(application, Letter.Kind.APPROVAL, partial(decision.approval, application, held, signatures))
    says = partial(certificate.certificate, application, held)
    _make(application, Letter.Kind.CERTIFICATE, says, template="certificate.typ")
    return made


def make_question(query: Query) -> Letter:
    """The letter of a question. Inside the deed that asks."""
    application = query.application
    says = partial(question.question, application, query)
    return _make(application, Letter.Kind.QUESTION, says, query=query, occasion=str(query.pk))


def make_reminder(query: Query, *, notice: int, late: bool) -> Letter:
    """The reminder that a question waits, once for each of the notices of it. Inside the deed that reminds."""
    application = query.application
    says = partial(question.reminder, application, query, late=late)
    return _make(application, Letter.Kind.REMINDER, says, query=query, occasion=f"{query.pk}:{notice}")


def make_ending(qualification: Qualification, *, notice: int) -> Letter:
    """The reminder that a qualification ends, once for each of the rulebook's notices. Inside the deed that reminds."""
    application = qualification.application
    left = (qualification.valid_until - clock.today()).days
    says = partial(ending.ending, application, qualification, left=left)
    return _make(application, Letter.Kind.REMINDER, says, occasion=f"ends:{notice}")


def _make(
    application: Application,
    kind: Letter.Kind,
    says: Says,
    *,
    template: str = "letter.typ",
    query: Query | None = None,
    occasion: str = "",
) -> Letter:
    require_deed()
    code, made, language = new_code(), clock.now(), _known(language_of(application))
    with translation.override(language):
        data = says(made=made, code=code)
        content = _sealed(template, data, language=language, at=made)
    kept = files.keep(content, folder="letters")
    return Letter.objects.create(
        application=application,
        query=query,
        kind=kind,
        occasion=occasion,
        language=language,
        code=code,
        sha256=kept.sha256,
        sealed_by=fingerprint(seal_key().chain[0]),
        size=kept.size,
        stored_name=kept.stored_name,
        made_at=made,
    )


def _known(language: str) -> str:
    return language if language in dict(settings.LETTER_LANGUAGES) else settings.LANGUAGE_CODE


def _sealed(template: str, data: dict[str, Any], *, language: str, at: datetime) -> bytes:
    title = f"{data['title']} {data['number']}"
    content = render_pdf(template, data, title=title, lang=language[:2], at=at)
    return seal_pdf(content, at=at, reason=title, tooltip=_("Seal of the Trusted Partner Portal"))
