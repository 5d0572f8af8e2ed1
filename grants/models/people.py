"""Who may use a line: people named on what is asked for, and on what was granted."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from grants.models.grant import GrantLine
from grants.models.plan import in_drafts_only
from grants.models.request import RequestLine
from portal.workflow import Record, append_only


class LinePerson(Record):
    """A person of the institution who is to use a line that is asked for. Changed only in drafts.

    Nobody named: every person whom the institution named for access may use it (see GrantLinePerson).
    """

    line = models.ForeignKey(RequestLine, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey("partners.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("person on a line asked for")
        verbose_name_plural = _("people on lines asked for")
        triggers = in_drafts_only(
            "(SELECT line.request_id FROM grants_requestline line WHERE line.id = COALESCE(NEW.line_id, OLD.line_id))"
        )
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "person"], name="lineperson_once")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.person_id}"


class GrantLinePerson(Record):
    """A person named on a line of a grant, as the signatories read it. Never changed: a change is a new grant.

    What it does at the gate, where the question is about a person (subject type `person`): a line with rows here
    permits only these people, by their naming (`person`); everybody else is denied on this line. A line without rows
    permits every person whom the institution named and who is cleared. Questions about a partner or a workload name
    nobody and are not stopped by it. Somebody who left and is named again is a new `partners.Person`: the line does
    not cover them until an amendment names them. Clearance is asked for in any case; a name here replaces no check.
    """

    line = models.ForeignKey(GrantLine, on_delete=models.PROTECT, related_name="people")
    person = models.ForeignKey("partners.Person", on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("person on a line of a grant")
        verbose_name_plural = _("people on lines of grants")
        triggers = append_only()
        constraints: ClassVar = [models.UniqueConstraint(fields=["line", "person"], name="grantlineperson_once")]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.person_id}"
