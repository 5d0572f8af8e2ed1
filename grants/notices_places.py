"""Who hears what about environments, and about new releases of models that grants name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Environment, GrantLine, Release, ReReview, StatementCatalogue
from grants.notices import day, people_of
from grants.states import GRANT_LIVE
from portal.accounts.models import Organisation, User
from portal.accounts.queries.people import members_with
from portal.core import clock
from portal.notifications.notify import NoticeKind, notify

ACCREDITED = NoticeKind(
    "environment_accredited",
    _("Your environment {environment} is accredited until {until}"),
    _("What the lines of your grants cover is permitted there. A change to what you attested suspends that."),
    _("See the environment"),
)
CHANGE_ACCEPTED = NoticeKind(
    "environment_change_accepted",
    _("The change to your environment {environment} was accepted"),
    _("The authority has looked at it. The accreditation goes on until {until}."),
    _("See the environment"),
)
SENT_BACK = NoticeKind(
    "environment_sent_back",
    _("The authority asks for something on your environment {environment}"),
    _("{remark}\n\nNothing is permitted there until it is accredited."),
    _("See the environment"),
)
SUSPENDED = NoticeKind(
    "environment_suspended",
    _("The accreditation of {environment} is suspended"),
    _("{reason}\n\nNothing is permitted there from now on, until an authority accredits it again."),
    _("See the environment"),
    urgent=True,
)
ENDING = NoticeKind(
    "environment_accreditation_ending",
    _("The accreditation of {environment} ends on {until}"),
    _("It ends in {days} days. Check that what you attested is still so: an authority has to accredit it again."),
    _("See the environment"),
)
TO_RENEW = NoticeKind(
    "environment_to_accredit_again",
    _("{environment} of {institution}: accredited until {until}"),
    _("It ends in {days} days. Look at what is attested, and accredit it again where that is right."),
    _("See the environment"),
    email=False,
)
RUN_OUT = NoticeKind(
    "environment_accreditation_run_out",
    _("The accreditation of {environment} of {institution} has run out"),
    _("It held until {until}, and nobody accredited the environment again. Gateways refuse every request from there."),
    _("See the environment"),
    urgent=True,
)
DOCUMENT_ENDING = NoticeKind(
    "environment_document_ending",
    _("{environment} rests on a document that ends on {last}"),
    _(
        "“{document}” stands behind what you attested. Attest again with the document that follows it before that day:"
        " otherwise the accreditation is suspended, and nothing is permitted there."
    ),
    _("See the environment"),
)
DOCUMENT_ENDED = NoticeKind(
    "environment_document_ended",
    _("{environment} of {institution} is suspended: a document has ended"),
    _("{reason}\n\nLook at what the institution attests anew before anything runs there again."),
    _("See the environment"),
)
NEW_STATEMENTS = NoticeKind(
    "environment_new_statements",
    _("{catalogue} asks more of {environment}"),
    _(
        "Version {version} holds now. Your answers stay. New statements: {new}. In other words than before: {changed}."
        "\n\nAnswer them before the accreditation is to be renewed."
    ),
    _("Answer them"),
)
NEW_RELEASE = NoticeKind(
    "re_review_raised",
    _("{release} is announced, and no grant of yours covers it"),
    _(
        "The provider announced another release of a model that you were granted: {reference}. Nothing of the new one "
        "is permitted. The authority looks at what was granted again; ask for an amendment if you want to use it."
    ),
    _("See what you were granted"),
)
TO_LOOK_AT = NoticeKind(
    "re_review_to_look_at",
    _("{reference} of {institution}: look at it again, {release} is announced"),
    _("The grant covers earlier releases of the model only. Say what follows: no change, an amendment, or more."),
    _("Open the re-review"),
)
MANY_TO_LOOK_AT = NoticeKind(
    "re_reviews_to_look_at",
    _("{count} grants to look at again: {release} is announced"),
    _("They cover earlier releases of the model only. Say for each what follows: no change, an amendment, or more."),
    _("Open the re-reviews"),
)
LOOKED_AT = NoticeKind(
    "re_review_looked_at",
    _("Your grant {reference} was looked at again: {outcome}"),
    _("It was about {release}.\n\n{note}"),
    _("See the grant"),
)


def _words(environment: Environment) -> dict[str, object]:
    until = day(environment.accredited_until) if environment.accredited_until else ""
    return {"environment": environment.name, "institution": environment.institution.name, "until": until}


def tell_institution(kind: NoticeKind, environment: Environment, *, key: str, **more: object) -> None:
    """Notify the institution's people. `key` tells apart several of one kind."""
    url = reverse("grants:environment", args=[environment.pk])
    words = {**_words(environment), **more}
    to = people_of(environment.institution_id)
    notify(kind, to=to, context=words, url=url, key=f"{environment.pk}:{key}", about=environment.pk)


def tell_desk(
    kind: NoticeKind, environment: Environment, *, key: str, to: Iterable[User] | None = None, **more: object
) -> None:
    """Notify case officers, who find the environment at the desk."""
    url = reverse("admin:grants_environment_change", args=[environment.pk])
    people = members_with("case_officer") if to is None else to
    words = {**_words(environment), **more}
    notify(kind, to=people, context=words, url=url, key=f"{environment.pk}:{key}", about=environment.pk)


def tell_that_it_ran_out(environment: Environment) -> None:
    """Loudly: the institution, case officers, and the providers of lines that are used there."""
    key = f"run_out:{environment.accredited_until:%Y%m%d}"
    tell_institution(RUN_OUT, environment, key=key)
    tell_desk(RUN_OUT, environment, key=key)
    lines = GrantLine.objects.filter(provider=OuterRef("pk"), environment=environment, grant__state__in=GRANT_LIVE)
    for provider in Organisation.objects.filter(Exists(lines), kind="provider"):
        to = members_with("provider_staff", provider.pk)
        url = reverse("grants:grants")
        notify(RUN_OUT, to=to, context=_words(environment), url=url, key=f"{environment.pk}:{key}")


def tell_of_new_statements(environment: Environment, catalogue: StatementCatalogue, *, new: int, changed: int) -> None:
    """Tell an institution that a newer version of a catalogue asks more."""
    if not new and not changed:
        return
    words: dict[str, Any] = {"catalogue": catalogue.title, "version": catalogue.version, "new": new, "changed": changed}
    tell_institution(NEW_STATEMENTS, environment, key=f"statements:{catalogue.key}:{catalogue.version}", **words)


MOST_NAMED = 5
"""Grants that a notice names; of more it says how many."""


def tell_of_re_reviews(found: Sequence[ReReview]) -> None:
    """Tell one institution of the re-reviews about one release, of one or several of its grants."""
    first = found[0]
    names = [row.grant.reference for row in found]
    said = ", ".join(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        said = str(_("%(grants)s and %(count)s more") % {"grants": said, "count": len(names) - MOST_NAMED})
    url = reverse("grants:grant", args=[first.grant_id]) if len(found) == 1 else reverse("grants:grants")
    words = {"reference": said, "institution": first.institution.name, "release": str(first.release)}
    to, key = people_of(first.institution_id), f"re_review:{first.pk}"
    notify(NEW_RELEASE, to=to, context=words, url=url, key=key, about=first.grant_id if len(found) == 1 else None)


def tell_officers(release: Release, counts: Mapping[UUID, int], rows: Sequence[ReReview]) -> None:
    """Tell the case officers of each authority, once: of the one grant, or of how many there are to look at."""
    for authority, count in counts.items():
        officers = members_with("case_officer", authority)
        one = next((row for row in rows if row.authority_id == authority), None) if count == 1 else None
        words: dict[str, object] = {"release": str(release), "count": count}
        if one is None:
            url = f"{reverse('admin:grants_rereview_changelist')}?state__exact=open"
            key = f"re_reviews:{release.pk}:{authority}"
            notify(MANY_TO_LOOK_AT, to=officers, context=words, url=url, key=key, about=release.pk)
            continue
        url = reverse("admin:grants_rereview_change", args=[one.pk])
        words |= {"reference": one.grant.reference, "institution": one.institution.name}
        notify(TO_LOOK_AT, to=officers, context=words, url=url, key=f"re_review:{one.pk}", about=one.grant_id)


def tell_of_outcome(found: ReReview) -> None:
    """Tell the institution what follows for its grant."""
    words = {
        "reference": found.grant.reference,
        "release": str(found.release),
        "outcome": found.get_outcome_display(),
        "note": found.note,
    }
    url = reverse("grants:grant", args=[found.grant_id])
    key = f"re_review:{found.pk}"
    notify(LOOKED_AT, to=people_of(found.institution_id), context=words, url=url, key=key, about=found.grant_id)


def moment_key() -> str:
    """A key for notices of deeds that may be done again and again."""
    return clock.now().isoformat()
