"""Lifecycles of the catalogue, of environments and what they are attested against, and of looking at a grant again."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.core.actors import Actor
from portal.core.states import Move, State, StateTable, roles
from portal.core.verdicts import ALLOWED, Verdict, refused


def own_provider(subject: Any, actor: Actor) -> Verdict:
    """Provider staff act on what belongs to their own provider."""
    if actor.has("system") or actor.body_id == subject.provider_id:
        return ALLOWED
    return refused(_("This belongs to another provider."), code="other_body", rule="grants.own_provider")


def own_institution(subject: Any, actor: Actor) -> Verdict:
    """People of an institution act on what belongs to their own institution."""
    if actor.has("system") or actor.body_id == subject.institution_id:
        return ALLOWED
    return refused(_("This belongs to another institution."), code="other_body", rule="grants.own_institution")


def own_authority(subject: Any, actor: Actor) -> Verdict:
    """The authority that ran the case looks at its grant again."""
    if actor.body_id == subject.authority_id:
        return ALLOWED
    return refused(_("Another authority runs this grant."), code="other_body", rule="grants.own_authority")


MODEL = StateTable(
    noun="model",
    title="Model",
    states=(
        State("listed", _("Listed"), "The provider's model family can be asked for, release by release."),
        State("unlisted", _("Unlisted"), "No new release is added, and none can be asked for any more.", final=True),
    ),
    moves=(
        Move(
            "list",
            (),
            "listed",
            roles("provider_staff", "release_pipeline", "system"),
            _("List a model"),
            _("Model listed"),
            own_provider,
        ),
        Move(
            "edit",
            ("listed",),
            None,
            roles("provider_staff", "release_pipeline"),
            _("Change name or description"),
            _("Model changed"),
            own_provider,
        ),
        Move(
            "unlist",
            ("listed",),
            "unlisted",
            roles("provider_staff", "release_pipeline"),
            _("Unlist"),
            _("Model unlisted"),
            own_provider,
        ),
    ),
)

RELEASE = StateTable(
    noun="release",
    title="Release",
    states=(
        State("announced", _("Announced"), "Can be asked for; nothing can be used before it is released."),
        State("released", _("Released"), "Can be asked for and used where a grant line covers it."),
        State("retired", _("Retired"), "Cannot be used or asked for any more, whatever was granted.", final=True),
    ),
    moves=(
        Move(
            "announce", (), "announced", roles("provider_staff", "release_pipeline", "system"), _("Announce a release"),
            _("Release announced"), own_provider,
        ),
        Move(
            "edit", ("announced", "released"), None, roles("provider_staff", "release_pipeline"), _("Change it"),
            _("Release changed"), own_provider,
        ),
        Move(
            "release", ("announced",), "released", roles("provider_staff", "release_pipeline", "system"),
            _("Release it"), _("Released"), own_provider,
        ),
        Move(
            "retire", ("announced", "released"), "retired", roles("provider_staff", "release_pipeline"), _("Retire it"),
            _("Release retired"), own_provider,
        ),
    ),
)  # fmt: skip

USED = ("registered", "attested", "accredited", "suspended", "expired")
"""States of an environment that was not closed."""

ENVIRONMENT = StateTable(
    noun="environment",
    title="Environment",
    states=(
        State("registered", _("Registered"), "Described, but its safeguards are not attested yet."),
        State("attested", _("Attested"), "Its safeguards are attested; an authority has not looked at them yet."),
        State("accredited", _("Accredited"), "An authority accepted what was attested, until a date."),
        State("suspended", _("Suspended"), "An attested fact changed, or an authority stopped it. Nothing runs here."),
        State("expired", _("Accreditation run out"), "Nobody accredited it again in time. Nothing runs here."),
        State("closed", _("Closed"), "No longer used.", final=True),
    ),
    moves=(
        Move(
            "register", (), "registered", roles("applicant"), _("Register an environment"),
            _("Environment registered"), own_institution,
        ),
        Move(
            "attest", ("registered", "attested", "expired"), "attested", roles("applicant"), _("Attest safeguards"),
            _("Safeguards attested"), own_institution,
        ),
        Move(
            "describe", USED, None, roles("applicant"), _("Change its description"), _("Description changed"),
            own_institution,
        ),
        Move(
            "adopt", USED, None, roles("applicant"), _("Adopt a catalogue"), _("Catalogue of statements adopted"),
            own_institution,
        ),
        Move(
            "move_over", USED, None, roles("system"), _("Move to a newer catalogue"),
            _("A newer version of a catalogue holds; answers given before stay"),
        ),
        Move(
            "supplement", ("accredited",), None, roles("applicant"), _("Answer further statements"),
            _("Statements answered that were not answered before"), own_institution,
        ),
        Move(
            "drift", ("accredited", "suspended"), "suspended", roles("applicant", "system"), _("Report a change"),
            _("Attested facts changed; accreditation is suspended until an authority has looked"), own_institution,
        ),
        Move(
            "accredit", ("attested", "suspended", "accredited", "expired"), "accredited", roles("case_officer"),
            _("Accredit"), _("Environment accredited"),
        ),
        Move(
            "accept_change", ("suspended",), "accredited", roles("case_officer"), _("Accept the change"),
            _("Change looked at and accepted; the accreditation goes on"),
        ),
        Move(
            "send_back", ("attested", "suspended", "expired"), None, roles("case_officer"), _("Send back with reasons"),
            _("Looked at; the authority asks for something first"),
        ),
        Move(
            "suspend", ("accredited",), "suspended", roles("case_officer", "system"), _("Suspend"),
            _("Accreditation suspended"),
        ),
        Move("remind", ("accredited",), None, roles("system"), _("Remind"), _("Reminder of the end of accreditation")),
        Move("expire", ("accredited",), "expired", roles("system"), _("Expire"), _("Accreditation has run out")),
        Move(
            "close", USED, "closed", roles("applicant"), _("Close"), _("Environment closed"), own_institution,
        ),
    ),
)  # fmt: skip

STATEMENT_CATALOGUE = StateTable(
    noun="statement_catalogue",
    title="Catalogue of statements",
    states=(
        State("in_use", _("In use"), "Environments are attested against its statements."),
        State("superseded", _("Superseded"), "A newer version took its place; no answer was lost.", final=True),
    ),
    moves=(
        Move(
            "import", (), "in_use", roles("case_officer", "system"), _("Import"),
            _("Catalogue of statements imported"),
        ),
        Move(
            "supersede", ("in_use",), "superseded", roles("case_officer", "system"), _("Supersede"),
            _("Superseded by a newer version of the catalogue"),
        ),
    ),
)  # fmt: skip

RE_REVIEW = StateTable(
    noun="re_review",
    title="Re-review",
    states=(
        State("open", _("Open"), "The provider announced another release of a model that the grant names."),
        State("looked_at", _("Looked at"), "A case officer has looked, and said what follows from it.", final=True),
        State("lapsed", _("Lapsed"), "The grant ended, or the release was retired, before it mattered.", final=True),
    ),
    moves=(
        Move(
            "raise", (), "open", roles("provider_staff", "release_pipeline", "system"), _("Raise"),
            _("A new release was announced; nothing of it is covered by this grant"),
        ),
        Move(
            "look_at", ("open",), "looked_at", roles("case_officer"), _("Say what follows"), _("Looked at again"),
            own_authority,
        ),
        Move(
            "lapse", ("open",), "lapsed", roles("provider_staff", "release_pipeline", "system"), _("Lapse"),
            _("Re-review lapsed: there is nothing to look at any more"),
        ),
    ),
)  # fmt: skip
