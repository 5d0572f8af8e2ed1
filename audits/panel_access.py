"""Fetch and authorise for panels of appeals, in one call. People come from authorities and from oversight bodies.

An appeal that waits for admission is open to whoever may admit it; from then on to the members who sit.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from audits.models import Appeal, PanelSeat
from audits.queries.papers import with_papers
from audits.queries.parts import SITS
from audits.rules.appeal import may_admit
from portal.core.actors import Actor
from portal.core.verdicts import Refused, refused, require
from portal.ledger.models import Entry, Event


def appeals_of(actor: Actor) -> QuerySet[Appeal]:
    """Appeals on whose panel the actor sits, and those to admit in which neither they nor their body had a part.

    The page of one asks more closely who had a part; this leaves out what is plain from the case and the institution.
    """
    rows: QuerySet[Appeal] = Appeal.objects.all()
    if not actor.has(*SITS):
        return rows.none()
    seat = PanelSeat.objects.filter(appeal=OuterRef("pk"), member=actor.user_id, body=actor.body_id, left_at=None)
    mine = Event.objects.filter(actor_id=actor.user_id, about__contains=[OuterRef("institution_id")])
    subject = Q()
    for name in ("case_id", "hold_id", "application_id", "grant_request_id"):
        subject |= Q(object_id=OuterRef(name))
    ours = Entry.objects.filter(subject, body_id=actor.body_id)
    to_admit = Q(state="lodged") & ~Q(Exists(mine)) & ~Q(Exists(ours)) & ~Q(authority_id=actor.body_id)
    return rows.filter(Q(Exists(seat)) | to_admit)


def get_panel_appeal(*, actor: Actor, pk: UUID) -> Appeal:
    """The appeal, for its panel or for who may admit it. Others who could be drawn hear why not; anybody else 404."""
    if not actor.has(*SITS):
        raise Http404("Nothing here that you may see.")
    related = ("institution__organisation", "authority", "case", "hold", "application", "grant_request", "lodged_by")
    found = with_papers(Appeal.objects.select_related(*related)).filter(pk=pk).first()
    if found is None:
        raise Http404("Nothing here that you may see.")
    if any((seat.member_id, seat.body_id) == (actor.user_id, actor.body_id) for seat in found.sitting):
        return found
    if found.state != "lodged":
        text = _("This appeal is before its panel. Only members who were drawn for it see it.")
        raise Refused(refused(text, code="not_on_panel", rule="appeal.panel"))
    require(may_admit(found, actor))
    return found
