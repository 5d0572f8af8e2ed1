"""Who hears what about lists of names and resemblances."""

from __future__ import annotations

from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from partners import notices
from partners.models import Application, NameList, Person
from portal.accounts.models import User
from portal.accounts.queries.people import members_with, people_with
from portal.core import clock
from portal.notifications.notify import NoticeKind, notify

FOUND = NoticeKind(
    "names_resemble",
    _("{reference}: look at names that resemble ones on a list"),
    _("Found in the case of {institution}: {count}. Nothing follows until you have cleared or confirmed each of them."),
    _("Look at them"),
)
LOADED = NoticeKind(
    "name_list_loaded",
    _("“{title}” is in use"),
    _("{names} names were taken over, {left_out} rows were left out. Cases in hand and partners are compared now."),
    _("See the list"),
    email=False,
)
FAILED = NoticeKind(
    "name_list_failed",
    _("“{title}” could not be loaded"),
    _("{reason}\n\nNothing of it was taken over; the load before it stays in use."),
    _("See why"),
)
SIGN_AGAIN = NoticeKind(
    "sign_again",
    _("{reference} has to be signed again"),
    _("What was found about a name in the case was decided anew. Signatures given before no longer count."),
    _("Read and sign"),
)


def tell_of_hits(application: Application, count: int) -> None:
    """The officers of the authority look at what was found."""
    officers = people_with("case_officer", organisation_id=application.authority_id)
    url = f"{notices.case_url(application)}?tab=screening"
    key = f"hits:{clock.now():%Y%m%d%H%M%S%f}"
    notices.tell(FOUND, application, to=officers, key=key, url=url, count=count)


def tell_to_sign_again(application: Application, people: list[User]) -> None:
    """Whose signatures no longer count."""
    notices.tell(SIGN_AGAIN, application, to=people, key=f"sign_again:{clock.now():%Y%m%d%H%M%S%f}")


def tell_of_list(name_list: NameList) -> None:
    """Whoever loaded the list hears how it went."""
    if name_list.loaded_by is None:
        return
    kind = LOADED if name_list.state == "current" else FAILED
    words = {"title": str(name_list), "names": str(name_list.names), "left_out": str(name_list.left_out)}
    notify(
        kind,
        to=[name_list.loaded_by],
        context={**words, "reason": name_list.reason},
        url=name_list.get_absolute_url(),
        key=f"{name_list.pk}",
        about=name_list.pk,
    )


REMOVED = NoticeKind(
    "person_removed",
    _("{name} may no longer use any model"),
    _(
        "An authority has removed {name} from the scheme, {until}. Every question of a gateway about them is answered"
        " with no. End their access at your institution too."
    ),
    _("See your people"),
    urgent=True,
)


def tell_of_removal(person: Person, until: date | None) -> None:
    """Those who look after the institution's people hear that, and until when; why is the authority's."""
    people = {
        user.pk: user for role in ("applicant", "administrator") for user in members_with(role, person.institution_id)
    }
    last = gettext("until %(day)s") % {"day": date_format(until, "j F Y")} if until else gettext("for good")
    notify(
        REMOVED,
        to=people.values(),
        context={"name": person.name, "until": last},
        url=reverse("partners:people"),
        key=f"{person.pk}:{clock.now():%Y%m%d%H%M%S}",
        about=person.pk,
    )
