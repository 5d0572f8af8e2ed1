"""Documents that a side sends with what it says: with its answer to a notice, its grounds of appeal, a statement."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audits.models.appeal import Appeal
from audits.models.enforcement import EnforcementCase
from audits.models.panel import AppealStatement
from portal.workflow import Record, append_only

PLACES = ("case", "appeal", "statement")


def _only(place: str) -> Q:
    return Q(**{f"{name}__isnull": name != place for name in PLACES})


class StatementFile(Record):
    """One document of one statement, with the hash that it had then. Never changed.

    It belongs to the answer in a `case`, to the grounds of an `appeal`, or to a later `statement` in one.
    """

    case = models.ForeignKey(EnforcementCase, on_delete=models.PROTECT, null=True, related_name="papers")
    appeal = models.ForeignKey(Appeal, on_delete=models.PROTECT, null=True, related_name="papers")
    statement = models.ForeignKey(AppealStatement, on_delete=models.PROTECT, null=True, related_name="papers")
    evidence = models.ForeignKey("partners.Evidence", on_delete=models.PROTECT, related_name="+")
    sha256 = models.CharField(_("SHA-256"), max_length=64)

    class Meta:
        verbose_name = _("document of a statement")
        verbose_name_plural = _("documents of statements")
        triggers = append_only()
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=_only("case") | _only("appeal") | _only("statement"), name="statementfile_of_one_statement"
            ),
            *(
                models.UniqueConstraint(fields=[place, "evidence"], name=f"statementfile_{place}_once")
                for place in PLACES
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id or self.appeal_id or self.statement_id}: {self.evidence_id}"
