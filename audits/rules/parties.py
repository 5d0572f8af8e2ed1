"""Whose case it is, and who may not touch it again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.verdicts import ALLOWED, Verdict, refused


def own_institution(subject: Any, actor: Actor) -> Verdict:
    """Staff of an institution act for that institution only."""
    if actor.body_id is not None and actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("Only staff of this institution may do this."), code="other_body", rule="audits.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """Officers act on cases of their own authority; the portal's sweeps on all."""
    if actor.has("system") or subject.authority_id is None or actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(
        _("Another authority runs this case. Ask its case officers."), code="other_body", rule="audits.own_authority"
    )


def assigned(subject: Any, actor: Actor) -> Verdict:
    """Auditors work on what is assigned to them; `assigned_ids` are the accounts of those who are."""
    if actor.user_id in subject.assigned_ids:
        return ALLOWED
    return refused(
        _("This audit is not assigned to you. A case officer of the authority assigns auditors."),
        code="not_assigned",
        rule="audit.assigned",
    )


def own_authority_or_assigned(subject: Any, actor: Actor) -> Verdict:
    """Case officers of the authority, the auditors assigned, and the portal's sweeps."""
    if actor.has("system"):
        return ALLOWED
    if actor.has("case_officer") and own_authority(subject, actor):
        return ALLOWED
    return assigned(subject, actor)


def somebody_else(actor: Actor, *others: UUID | None, did: object) -> Verdict:
    """The actor is none of the others; `did` says in words what those had done."""
    if actor.user_id is None or actor.user_id not in others:
        return ALLOWED
    return refused(
        _("Somebody else has to do this: %(did)s.") % {"did": did}, code="same_person", rule="audits.somebody_else"
    )


def same_case(subject: Any, institution_id: UUID) -> Verdict:
    """What is named with a case belongs to the same institution."""
    if subject is None or subject.institution_id == institution_id:
        return ALLOWED
    return refused(
        _("What you named belongs to another institution."), code="other_institution", rule="audits.same_case"
    )
