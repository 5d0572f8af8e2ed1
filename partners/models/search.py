"""What is searched in cases: rows of their own, made from what the deeds wrote, one for each who may read it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.application import Application
from portal.workflow import Record

LANGUAGE = "english"
"""PostgreSQL's configuration for stems: the scheme's working language."""


class SearchDocument(Record):
    """What can be found of a case by those who may read that part of it.

    `name`: reference and name, which everybody sees who sees the case in the queue. `case`: the answers of the newest
    revision, questions and answers, names of documents. `notes`: what one person wrote as a reviewer. All of it can be
    made anew from what it was made of.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("Reference and name")
        CASE = "case", _("What was sent and asked")
        NOTES = "notes", _("Notes of a reviewer")

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="search_documents")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    names = models.TextField(blank=True)
    aside = models.TextField(blank=True)
    body = models.TextField(blank=True)
    vector = models.GeneratedField(
        expression=SearchVector("names", weight="A", config=LANGUAGE)
        + SearchVector("aside", weight="B", config=LANGUAGE)
        + SearchVector("body", weight="C", config=LANGUAGE),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("what can be found")
        verbose_name_plural = _("what can be found")
        indexes: ClassVar = [GinIndex(fields=["vector"], name="search_vector", fastupdate=False)]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["application", "kind", "author"], nulls_distinct=False, name="search_document_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind="notes", author__isnull=False)
                | ~models.Q(kind="notes") & models.Q(author=None),
                name="search_notes_have_an_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}: {self.kind}"


class SearchWord(models.Model):
    """A word of a name, with its trigrams: so a name is found that was spelt another way.

    The embedded PostgreSQL comes without pg_trgm, so the trigrams are rows' own, and every server has them.
    """

    word = models.CharField(primary_key=True, max_length=40)
    trigrams = ArrayField(models.CharField(max_length=3))

    class Meta:
        verbose_name = _("word of a name")
        verbose_name_plural = _("words of names")
        indexes: ClassVar = [GinIndex(fields=["trigrams"], name="search_word_trigrams", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
