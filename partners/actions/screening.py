"""Comparing the names of a case with lists and with the scheme's removals, and what a person says of what was found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from partners.actions.handing import hand_out
from partners.actions.signature import void_signatures
from partners.models import Application, Hit, ListedEntity, NameList, Revision, ScreeningRun
from partners.notices_screening import tell_of_hits, tell_to_sign_again
from partners.queries.answers import latest_revision
from partners.queries.people import hands_of
from partners.queries.rulebook import rules_of
from partners.queries.screening.candidates import candidates
from partners.queries.screening.cases import digest_of, itself, last_removal, subjects_of, waiting_lists
from partners.queries.screening.removed import Removed, accounts_of, removed_parties
from partners.rules.hands import hands_with, may_screen
from partners.rules.screening.hits import Resemblance, least_of, resembles
from partners.rules.screening.subjects import Subject
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.core.canonical import digest
from portal.core.verdicts import Conflict, refused, require
from portal.ledger.models import Tier
from portal.workflow import as_deed, create, deed, lock, move


@dataclass(frozen=True, slots=True)
class Found:
    """A resemblance, before it is written."""

    subject: Subject
    kind: str
    listed: dict[str, Any]
    other: str
    resemblance: Resemblance
    entity: ListedEntity | None = None

    @property
    def pair(self) -> str:
        """What tells pairs apart: who was declared (not where), which identifiers agree, what the other side says."""
        mine, same = (
            self.subject.as_json(),
            [item.text for item in self.resemblance.reasons if item.field == "identifier"],
        )
        declared = {"name": mine["name"], "kind": mine["kind"], "countries": mine["countries"], "same": same}
        return digest({"declared": declared, "listed": self.other})


def screen_begun(application: Application, by: Actor) -> None:
    """Compare who begins an application with the removals, in the deed that begins it.

    The applicant hears nothing of it: it may be a namesake. The case officer sees it once the application arrives.
    """
    removed = removed_parties(clock.today(), but=application.institution_id)
    least = rules_of(application).screening.removed
    subjects = [itself(application, {}), *accounts_of(application)] if removed else []
    _write(application, [item for subject in subjects for item in _among(subject, removed, least)], by)


def screen_sent(application: Application, revision: Revision) -> None:
    """Compare what is being sent with the removals at once, and with the lists as soon as a worker has time.

    Inside the deed that sends it. Where the broker is away, the sweep compares later.
    """
    screen_removed(application=application, revision=revision)
    if count := Hit.objects.filter(application=application, state="open").count():
        tell_of_hits(application, count)
    hand_out("partners.tasks.screen_case", application.pk)


def screen_case(*, application: Application, by: Actor) -> list[Hit]:
    """Compare the case as it stands now with every list with which it was not, and with the removals. Returns new hits.

    Comparing takes time and locks nothing; what was found is written if nothing changed meanwhile, else Conflict is
    raised and the case is due again.
    """
    revision = latest_revision(application)
    if revision is None:
        return []
    subjects, lists = subjects_of(application, revision), waiting_lists(application)
    by_list = {name_list: _in_list(subjects, name_list, application) for name_list in lists}
    with deed():
        lock(application)
        newest = latest_revision(application)
        if newest is None or newest.pk != revision.pk or subjects_of(application, newest) != subjects:
            raise Conflict(refused(_("It was changed meanwhile."), code="conflict", rule="screening"))
        still = {name_list.pk for name_list in waiting_lists(application)}
        hits: list[Hit] = []
        for name_list, found in by_list.items():
            if name_list.pk in still:
                hits += _write(application, found, by)
                _note(application, revision, subjects, name_list, len(found))
        hits += screen_removed(application=application, revision=revision, by=by, subjects=subjects)
        if hits:
            tell_of_hits(application, len(hits))
    return hits


def _in_list(subjects: Sequence[Subject], name_list: NameList, application: Application) -> list[Found]:
    rules, found = rules_of(application).screening, []
    for subject in subjects:
        least = least_of(rules, subject.kind)
        for entity in candidates(subject, name_list):
            facts = entity.facts
            names = [(text, weak) for text, weak in facts["names"]]
            resemblance = resembles(subject, names, facts, least, name_list.frequent)
            if resemblance is not None:
                listed = {
                    "list": str(name_list),
                    "source": name_list.source,
                    "ref": entity.ref,
                    "name": resemblance.name,
                    **{key: facts[key] for key in ("kind", "names", "countries", "births", "identifiers", "facts")},
                }
                other = digest({"list": name_list.slug, "entity": entity.digest})
                found.append(Found(subject, Hit.Kind.LIST, listed, other, resemblance, entity))
    return found


def screen_removed(
    *, application: Application, revision: Revision, by: Actor = SYSTEM, subjects: Sequence[Subject] | None = None
) -> list[Hit]:
    """Compare the case with whom the scheme removed, in a deed that has locked the application. Returns new hits."""
    runs = ScreeningRun.objects.filter(application=application, name_list=None, revision=revision.number)
    if runs.filter(at__gt=last_removal()).exists():
        return []
    removed = removed_parties(clock.today(), but=application.institution_id)
    if not removed:
        return []
    all_subjects = [*(subjects or subjects_of(application, revision)), *accounts_of(application)]
    least = rules_of(application).screening.removed
    found = [item for subject in all_subjects for item in _among(subject, removed, least)]
    hits = _write(application, found, by)
    _note(application, revision, tuple(all_subjects), None, len(found))
    return hits


def _among(subject: Subject, removed: Iterable[Removed], least: int) -> Iterable[Found]:
    for party in removed:
        names = [(name, False) for name in party.names]
        resemblance = resembles(subject, names, party.facts, least, {})
        if resemblance is not None:
            listed = {"list": _("Removed from the scheme"), "ref": party.ref, "name": resemblance.name, **party.facts}
            listed |= {"names": [[name, False] for name in party.names], "facts": dict(party.says)}
            yield Found(subject, Hit.Kind.BLOCKLIST, listed, party.digest, resemblance)


def _write(application: Application, found: Iterable[Found], by: Actor) -> list[Hit]:
    """Write what was not found before. The same pair stays as it was decided."""
    rows = Hit.objects.filter(institution=application.institution_id, authority=application.authority_id)
    known, hits = set(rows.values_list("pair", flat=True)), []
    for item in found:
        if item.pair in known:
            continue
        known.add(item.pair)
        hit = Hit(
            kind=item.kind,
            application=application,
            institution=application.institution,
            authority_id=application.authority_id,
            entity=item.entity,
            pair=item.pair,
            score=item.resemblance.score,
            declared=item.subject.as_json(),
            listed=item.listed,
            reasons=[reason.as_json() for reason in item.resemblance.reasons],
            found_at=clock.now(),
        )
        detail = {"score": hit.score, "pair": hit.pair, "kind": hit.kind}
        hits.append(create(hit, "find", by=by, detail=detail, about=[application.pk], tier=Tier.AUTHORITY))
    return hits


def _note(
    application: Application, revision: Revision, subjects: tuple[Subject, ...], name_list: NameList | None, hits: int
) -> None:
    ScreeningRun.objects.create(
        application=application,
        name_list=name_list,
        revision=revision.number,
        subjects=digest_of(subjects),
        rulebook=application.rulebook,
        names=len(subjects),
        hits=hits,
        at=clock.now(),
    )


@as_deed
def decide_hit(*, hit: Hit, verb: str, reason: str, by: Actor) -> Hit:
    """Clear a resemblance (somebody else is meant) or confirm it (the same is), with the reason.

    What was confirmed or cleared is part of what signatories read: decided while they have the case, signatures given
    before no longer count. Refused for whoever may not screen the case.
    """
    application = hit.application
    lock(application)
    require(hit.TABLE.verdict(verb, hit, by))
    require(may_screen(hands_of(application), by))
    if not reason.strip():
        require(refused(_("Give the reason: it is read by whoever decides."), code="no_reason", rule="screening"))
    application.handled_by = hands_with(application, by)
    application.save(update_fields=["handled_by"])
    changes = {"decided_by": by.user, "decided_at": clock.now(), "reason": reason.strip()[:2000]}
    detail = {"pair": hit.pair, "reason": changes["reason"], "score": hit.score}
    move(hit, verb, by=by, changes=changes, detail=detail, about=[application.pk], tier=Tier.AUTHORITY)
    _void(hit.institution_id, hit, by)
    return hit


def _void(institution: UUID, hit: Hit, by: Actor) -> None:
    """Signatures on a case of the institution that now reads otherwise."""
    rows = Application.objects.filter(institution=institution, authority=hit.authority_id, state="awaiting_signatures")
    for application in rows.select_related("institution__organisation", "authority"):
        lock(application)
        people = void_signatures(application, _("What was found about a name was decided"), by)
        if people:
            tell_to_sign_again(application, people)
