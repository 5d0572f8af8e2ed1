"""Who hears what about environments, and about new releases of models that grants name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grants.models import Environment, GrantLine, ReReview, StatementCatalogue
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
    _("{release} is announced, and your grant {reference} does not cover it"),
    _(
        "The provider announced another release of a model that your grant names. Nothing of it is permitted. "
        "The authority looks at the grant again; ask for an amendment if you want to use the new release."
    ),
    _("See the grant"),
)
TO_LOOK_AT = NoticeKind(
    "re_review_to_look_at",
    _("{reference} of {institution}: look at it again, {release} is announced"),
    _("The grant covers earlier releases of the model only. Say what follows: no change, an amendment, or more."),
    _("Open the re-review"),
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


def tell_of_re_review(found: ReReview) -> None:
    """Tell the institution, and the case officers of the authority that runs the grant."""
    words = {
        "reference": found.grant.reference,
        "institution": found.institution.name,
        "release": str(found.release),
    }
    own, desk = reverse("grants:grant", args=[found.grant_id]), reverse("admin:grants_rereview_change", args=[found.pk])
    key = f"re_review:{found.pk}"
    about = found.grant_id
    notify(NEW_RELEASE, to=people_of(found.institution_id), context=words, url=own, key=key, about=about)
    officers = members_with("case_officer", found.authority_id)
    notify(TO_LOOK_AT, to=officers, context=words, url=desk, key=key, about=about)


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
