"""Roles, as documented code. The page /roles/ and docs/roles.md show this prose; nothing else grants anything.

A role is held through a membership in one organisation. Every role but `applicant` and
`named_person` is dormant until the session was opened with a second factor.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal.core.verdicts import Text

INSTITUTION, AUTHORITY, PROVIDER, OVERSIGHT = "institution", "authority", "provider", "oversight"


@dataclass(frozen=True)
class Role:
    """One role: which kinds of organisation give it, what it is for, what it may and may never do."""

    slug: str
    label: Text
    kinds: tuple[str, ...]
    purpose: Text
    may: tuple[Text, ...]
    never: tuple[Text, ...] = ()
    second_factor: bool = True
    desk: bool = False


ROLES: tuple[Role, ...] = (
    Role(
        "applicant",
        _("Applicant"),
        (INSTITUTION,),
        _("Prepares and keeps an institution's applications, grants and reports."),
        (
            _("Fill and submit applications and grant requests of their institution"),
            _("Answer questions, register environments, file reports, report incidents, lodge appeals"),
            _("See their institution's cases, grants, audits and incidents"),
            _("Register keys to which grants are issued as credentials, and fetch these"),
        ),
        (_("See assessments before a decision, or anything of another institution"),),
        second_factor=False,
    ),
    Role(
        "representative",
        _("Authorised representative"),
        (INSTITUTION,),
        _("Is entitled to bind an institution, and answers for what is declared in its name."),
        (
            _("Make the declarations of an application or a grant request, and send it"),
            _("Accept the agreement on a grant"),
            _("See their institution's applications, grant requests and grants"),
        ),
        (_("Bind the institution without having just confirmed who they are with a second factor"),),
    ),
    Role(
        "named_person",
        _("Named person"),
        (INSTITUTION,),
        _("Uses models under an institution’s grants, and does nothing else in the portal."),
        (_("See their own checks and what they still need, and accept the rules for people with access"),),
        (_("See anybody else, or anything of their institution’s cases"), _("Record a check of their own")),
        second_factor=False,
    ),
    Role(
        "administrator",
        _("Administrator of an organisation"),
        (INSTITUTION, AUTHORITY, PROVIDER, OVERSIGHT),
        _("Looks after the people of one organisation."),
        (_("Invite people, change their roles, end their membership"), _("Close sessions of people who left")),
        (_("Decide a case by virtue of this role alone"),),
    ),
    Role(
        "case_officer",
        _("Case officer"),
        (AUTHORITY,),
        _("Runs an authority's cases from arrival to signature."),
        (
            _("See every case of their authority, screen it and assign reviewers and auditors"),
            _("Ask the institution, send a case to the signatories, plan audits, triage incidents"),
        ),
        (_("Assess a case that they screened"), _("Sign")),
        desk=True,
    ),
    Role(
        "reviewer",
        _("Reviewer"),
        (AUTHORITY,),
        _("Assesses the cases assigned to them, section by section."),
        (_("See assigned cases after declaring no conflict of interest"), _("Assess, ask questions, recommend")),
        (_("See a case that is not assigned to them"), _("Sign what they assessed")),
        desk=True,
    ),
    Role(
        "signatory",
        _("Signatory"),
        (AUTHORITY,),
        _("Signs or refuses on behalf of an authority, bound to exactly what was read."),
        (
            _("Sign or refuse qualifications and grants that await signatures"),
            _("Place an emergency hold, or confirm one that another body placed"),
            _("Admit appeals, and sit on panels by lot, where neither they nor their authority had a part"),
        ),
        (_("Sign a case that they screened or assessed"), _("Sign twice, or for two bodies")),
        desk=True,
    ),
    Role(
        "auditor",
        _("Auditor"),
        (AUTHORITY,),
        _("Inspects whether what was promised is still true."),
        (_("Work on audits assigned to them: test controls, record findings, verify fixes"),),
        (_("Audit a body whose case they assessed or signed"), _("Close their own audit")),
        desk=True,
    ),
    Role(
        "provider_staff",
        _("Provider staff"),
        (PROVIDER,),
        _("Speaks for the provider of a model."),
        (
            _("List models and releases; consent to lines of grant requests, with conditions, or decline"),
            _("See grants, holds and use of their own models; manage gateway credentials"),
        ),
        (_("See an institution's evidence or assessments"),),
    ),
    Role(
        "oversight_member",
        _("Oversight member"),
        (OVERSIGHT,),
        _("Watches over the scheme for the governments that agreed on it."),
        (
            _("See dashboards on scope, audits, incidents and enforcement"),
            _("Vote on the rules"),
            _("Admit appeals, and sit on panels by lot, where they had no part"),
        ),
        (_("Change anything in a case but the outcome of an appeal whose panel they sit on"),),
    ),
    Role(
        "system_administrator",
        _("System administrator"),
        (),
        _("Keeps the portal running."),
        (
            _("Register authorities, providers and oversight bodies"),
            _("See schedules, deliveries and their failures"),
            _("Replace and withdraw the keys that sign signals, credentials and status lists"),
        ),
        (_("Decide a case, hold a role in one, or read restricted evidence"),),
        desk=True,
    ),
    Role(
        "person",
        _("Anyone signed in"),
        (),
        _("Every account with a verified e-mail address."),
        (_("Register an institution"), _("Accept an invitation"), _("Manage their own sign-in")),
        second_factor=False,
    ),
    Role(
        "gateway",
        _("Gateway"),
        (PROVIDER,),
        _("A provider's machine that asks before each use."),
        (_("Ask whether an access is allowed, for its own provider's models"),),
        (_("Sign in to pages"), _("Ask about another provider's models")),
    ),
    Role(
        "release_pipeline",
        _("Release pipeline"),
        (PROVIDER,),
        _("A provider's machine that keeps its catalogue."),
        (_("List, change, release and retire models and releases of its own provider"),),
        (_("Sign in to pages"), _("Change a release that a grant names"), _("Ask about access")),
    ),
    Role(
        "signal_receiver",
        _("Receiver of signals"),
        (PROVIDER,),
        _("A provider's machine that hears at once when access is stopped, restored or changed."),
        (_("Keep its own streams of signals, take signals from them and acknowledge them"),),
        (
            _("Sign in to pages"),
            _("See a stream of another machine"),
            _("Hear of partners without a line on its models"),
        ),
    ),
    Role(
        "referee",
        _("Third party"),
        (),
        _("Somebody outside whom an institution or authority asked about an application, by a link."),
        (_("Answer that one question, once, after a code from their own mailbox; or decline"),),
        (_("See anything of the case"), _("Pass the link on to somebody else")),
        second_factor=False,
    ),
    Role(
        "system",
        _("The portal itself"),
        (),
        _("The sweeps: what becomes due by the passing of time."),
        (_("Lapse, expire, remind, plan and escalate as the rulebook says"),),
        (_("Accept or refuse anything because time passed"),),
    ),
)
BY_SLUG = {role.slug: role for role in ROLES}
MACHINES = ("gateway", "release_pipeline", "signal_receiver")
"""Roles of a provider's machines, which come with the scopes of their tokens."""
MEMBER_ROLES = tuple(role for role in ROLES if role.kinds and role.slug not in MACHINES)
"""Roles that a membership can carry."""
DESK_ROLES = frozenset(role.slug for role in ROLES if role.desk)
NEEDS_SECOND_FACTOR = frozenset(
    role.slug for role in ROLES if role.second_factor and role.slug not in (*MACHINES, "system")
)


def roles_of_kind(kind: str) -> tuple[Role, ...]:
    """The roles that a membership in an organisation of that kind can carry."""
    return tuple(role for role in MEMBER_ROLES if kind in role.kinds)
