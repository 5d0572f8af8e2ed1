"""Keeping what is searched: in the deed that wrote what is found, so that the two never differ."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from partners.models import Application, Institution, Query, Recommendation, Revision, SearchDocument, SearchWord
from partners.models import SectionAssessment as Assessment
from partners.queries.answers import latest_revision
from partners.rules.words import kept, names, texts, trigrams, words
from portal.workflow import as_deed, at_the_end, lock, require_deed

MOST = 100_000
"""Characters of one part of a document; what is longer is found by its beginning."""
ONCE = ["application", "kind", "author"]
PARTS = ["names", "aside", "body"]


def index_case(application: Application, revision: Revision | None = None) -> None:
    """Bring what can be found of a case to what was sent and asked. Inside the deed; four queries."""
    require_deed()
    _write(_of_case(application, revision))


def index_notes(application: Application, author_id: UUID) -> None:
    """The same of what one reviewer wrote: three queries at the end of the deed, however often they wrote in it."""
    at_the_end(_write_notes, [(application, author_id)])


def _write_notes(written: list[tuple[Application, UUID]]) -> None:
    _write([_of_notes(application, author_id) for application, author_id in dict.fromkeys(written)])


@as_deed
def index_institution(*, institution: Institution) -> None:
    """An institution has another name or identifier: its cases are found by it."""
    sent = institution.applications.filter(submitted_at__isnull=False).select_related("institution__organisation")
    for application in sent:
        index_all(application=application)


@as_deed
def index_all(*, application: Application) -> None:
    """Make everything that can be found of a case anew."""
    lock(application)
    authors = {
        *Assessment.objects.filter(application=application).values_list("by", flat=True),
        *Recommendation.objects.filter(application=application).values_list("by", flat=True),
    }
    SearchDocument.objects.filter(application=application).exclude(author=None).exclude(author__in=authors).delete()
    _write([*_of_case(application, None), *(_of_notes(application, author) for author in sorted(authors, key=str))])


def _of_case(application: Application, revision: Revision | None) -> list[SearchDocument]:
    sent = revision or latest_revision(application)
    institution = application.institution
    title = [application.reference, institution.name, institution.lei, institution.ror]
    questions = Query.objects.filter(application=application).exclude(state="withdrawn").order_by("asked_at", "id")
    asked = [part for row in questions.values_list("reference", "text", "answer") for part in row]
    documents = list(dict.fromkeys(item.get("name", "") for item in sent.evidence)) if sent else []
    answers = sent.answers if sent else {}
    case = SearchDocument(
        application=application,
        kind=SearchDocument.Kind.CASE,
        names=kept([*title, *dict.fromkeys(names(answers))], MOST),
        aside=kept([*asked, *documents], MOST),
        body=kept(texts(answers), MOST),
    )
    return [SearchDocument(application=application, kind=SearchDocument.Kind.NAME, names=kept(title, MOST)), case]


def _of_notes(application: Application, author_id: UUID) -> SearchDocument:
    """The newest note of each section, and the newest recommendation, of one person."""
    written = Assessment.objects.filter(application=application, by=author_id).order_by("section", "-at", "-id")
    notes = list(written.distinct("section").values_list("note", flat=True))
    said = Recommendation.objects.filter(application=application, by=author_id).order_by("-at", "-id")
    notes += list(said.values_list("text", flat=True)[:1])
    names_ = kept([application.reference, application.institution.name], MOST)
    return SearchDocument(
        application=application,
        kind=SearchDocument.Kind.NOTES,
        author_id=author_id,
        names=names_,
        body=kept(notes, MOST),
    )


def _write(documents: list[SearchDocument]) -> None:
    SearchDocument.objects.bulk_create(documents, update_conflicts=True, unique_fields=ONCE, update_fields=PARTS)
    learn(word for row in documents if row.kind != SearchDocument.Kind.NOTES for word in words(row.names))


def learn(found: Iterable[str]) -> None:
    """Keep words of names that are new. In order of the alphabet, so that two deeds never wait for each other."""
    wanted = set(found)
    known = set(SearchWord.objects.filter(word__in=wanted).values_list("word", flat=True))
    fresh = [SearchWord(word=word, trigrams=trigrams(word)) for word in sorted(wanted - known)]
    if fresh:
        SearchWord.objects.bulk_create(fresh, ignore_conflicts=True)
