"""The sample of controls of an audit, drawn by a lot that nobody chose. Kept as it was drawn."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from audits.models.audit import Audit
from audits.models.catalogue import Catalogue
from portal.ledger.models import Checkpoint
from portal.workflow import Record, append_only


class SampleDraw(Record):
    """One draw: from which controls (`controls_digest` is over their identifiers), by which root, and what was drawn.

    `drawn` has the controls' identifiers in the order of the lot. portal.core.sampling says how it is done.
    """

    audit = models.OneToOneField(Audit, on_delete=models.PROTECT, related_name="draw")
    catalogue = models.ForeignKey(Catalogue, on_delete=models.PROTECT, related_name="+")
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    algorithm = models.CharField(_("how it was drawn"), max_length=40)
    controls_digest = models.CharField(_("SHA-256 of the controls"), max_length=64)
    controls_count = models.PositiveIntegerField(_("controls to draw from"))
    drawn = ArrayField(models.CharField(max_length=120), verbose_name=_("controls drawn"))
    drawn_at = models.DateTimeField(_("drawn"))

    class Meta:
        verbose_name = _("sample of controls")
        verbose_name_plural = _("samples of controls")
        triggers = append_only()

    def __str__(self) -> str:
        return f"{self.audit_id} {len(self.drawn)}"
