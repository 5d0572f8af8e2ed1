"""Authorities, providers, the oversight body and everybody who works there."""

from __future__ import annotations

import random
import string
import unicodedata
from collections.abc import Sequence

from allauth.account.models import EmailAddress

from grants.actions.catalogue import announce_release, list_model, publish_release, retire_release
from partners.actions.institution import describe_institution
from portal.accounts.actions.appointment import appoint_system_administrator
from portal.accounts.actions.gateway import register_gateway
from portal.accounts.actions.invitation import accept_invitation, send_invitation
from portal.accounts.actions.membership import join_organisation
from portal.accounts.actions.organisation import register_organisation
from portal.accounts.actor import person, person_in
from portal.accounts.models import Organisation, User
from portal.core import clock
from portal.core.actors import SYSTEM, Actor
from portal.demo.cast import AUTHORITIES, FAMILY, GIVEN, OVERSIGHT, PROVIDERS, RELEASES, Body
from portal.demo.identifiers import make_lei, make_ror
from portal.demo.letters import LANGUAGES
from portal.demo.stage import AuthorityCast, Partner, ProviderCast, Stage
from portal.demo.timeline import Story

SIGNS_IN = {
    "fao.example": {"case_officer": "officer", "reviewer": "reviewer", "signatory": "signatory", "auditor": "auditor", "administrator": "administrator"},
    "base.example": {"signatory": "signatory"},
    "meridian.example": {"provider_staff": "staff"},
}  # fmt: skip
"""Whose first person of a role has a plain address, because the demonstration names it."""
WITH_ROR = ("university", "public_research", "nonprofit", "safety_institute")
TIERS = {
    "meridian-3.5": "general", "meridian-4.0": "advanced", "meridian-4.1": "frontier", "meridian-mini-2": "general",
    "aster-large-1": "general", "aster-large-2": "advanced", "aster-code-1": "advanced",
    "polaris-5": "general", "polaris-6": "advanced", "polaris-7": "frontier",
    "alcyon-2": "general", "alcyon-3": "advanced",
}  # fmt: skip
RELEASED = {
    "meridian-3.5": 715, "meridian-mini-2": 640, "meridian-4.0": 520, "meridian-4.1": 120,
    "aster-large-1": 712, "aster-code-1": 560, "aster-large-2": 360,
    "polaris-5": 710, "polaris-6": 540, "polaris-7": 16, "alcyon-2": 700, "alcyon-3": 400,
}  # fmt: skip
"""Days before the present on which a release was announced; it is out a week later."""
RETIRED = {"polaris-5": 210, "aster-large-1": 60}
ANNOUNCED_ONLY = ("polaris-7",)
SUMMARIES = {
    "Meridian": "General-purpose language model with tool use and long context.",
    "Meridian Mini": "Small, fast model for high volumes and constrained settings.",
    "Aster Large": "Multilingual model for research and analysis.",
    "Aster Code": "Model for writing, reading and testing program code.",
    "Polaris": "Reasoning model for planning over many steps.",
    "Alcyon": "Open-interface model with European language coverage.",
}


def all_names(rng: random.Random, scale: int = 1) -> list[str]:
    """Every pairing of a given and a family name, shuffled; with middle initials for more people than that."""
    names = [f"{given} {family}" for given in GIVEN for family in FAMILY]
    rng.shuffle(names)
    initials = string.ascii_uppercase[: scale - 1]
    more = [f"{given} {initial}. {family}" for initial in initials for given in GIVEN for family in FAMILY]
    return [*more, *names]


def plain(text: str) -> str:
    """The text as it is written in an address: lower case, without accents, words joined by hyphens."""
    spelled = text.lower().replace("ø", "o").replace("æ", "ae").replace("å", "aa").replace("ł", "l").replace("’", "")
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "-".join(bare.split())


def make_account(stage: Stage, domain: str, local: str = "") -> User:
    """An account with a verified address. The one password of the demonstration was hashed once."""
    name = stage.names.pop()
    user = User(
        email=f"{local or plain(name).replace('.', '').replace('-', '.')}@{domain}", name=name, password=stage.password
    )
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _join(stage: Stage, organisation: Organisation, domain: str, role: str, count: int = 1) -> list[Actor]:
    people = []
    for number in range(count):
        local = SIGNS_IN.get(domain, {}).get(role, "") if number == 0 else ""
        user = make_account(stage, domain, local)
        join_organisation(user=user, organisation=organisation, roles=[role], by=SYSTEM)
        people.append(person_in(user, organisation))
    return people


def found_authority(stage: Stage, body: Body) -> None:
    """An authority with its staff."""
    made = register_organisation(
        kind="authority", name=body.name, jurisdiction=body.jurisdiction, website=f"https://{body.domain}", by=SYSTEM
    )
    stage.authorities.append(
        AuthorityCast(
            organisation=made,
            officers=_join(stage, made, body.domain, "case_officer", 2),
            reviewers=_join(stage, made, body.domain, "reviewer", 3),
            signatories=_join(stage, made, body.domain, "signatory", 2),
            auditors=_join(stage, made, body.domain, "auditor", 2),
            administrator=_join(stage, made, body.domain, "administrator")[0],
        )
    )


def found_provider(stage: Stage, body: Body) -> None:
    """A provider with its staff and its gateway."""
    made = register_organisation(
        kind="provider", name=body.name, jurisdiction=body.jurisdiction, website=f"https://{body.domain}", by=SYSTEM
    )
    staff = _join(stage, made, body.domain, "provider_staff", 2)
    administrator = _join(stage, made, body.domain, "administrator")[0]
    stage.providers.append(ProviderCast(organisation=made, staff=staff, administrator=administrator))
    name = f"{body.name.split()[0]} gateway"
    scopes = ("access", "signals", "usage")
    stage.gateways.append(register_gateway(organisation=made, name=name, by=staff[0], scopes=scopes))


def founding(stage: Stage) -> Story:
    """The bodies of the scheme, in its first days."""
    for body in AUTHORITIES:
        found_authority(stage, body)
    made = register_organisation(kind="oversight", name=OVERSIGHT.name, jurisdiction=OVERSIGHT.jurisdiction, by=SYSTEM)
    member = make_account(stage, OVERSIGHT.domain, "member")
    join_organisation(user=member, organisation=made, roles=["oversight_member"], by=SYSTEM)
    stage.oversight = person_in(member, made)
    _join(stage, made, OVERSIGHT.domain, "administrator")
    _join(stage, made, OVERSIGHT.domain, "oversight_member", 2)
    keeper = make_account(stage, "portal.example", "administrator")
    appoint_system_administrator(user=keeper, by=SYSTEM)
    stage.system_administrator = person(keeper, None, second_factor=True)
    yield stage.before(722, stage.rng)
    for body in PROVIDERS:
        found_provider(stage, body)
    for provider in stage.providers:
        for name, versions in RELEASES[provider.organisation.name]:
            stage.timeline.tell(family(stage, provider, name, versions), clock.now())


def family(stage: Stage, provider: ProviderCast, name: str, versions: Sequence[str]) -> Story:
    """A model family: listed with its first release, then release by release."""
    rng, by = stage.chance(name), provider.staff[0]
    keys = {version: f"{plain(name)}-{version}" for version in versions}
    order = sorted(versions, key=lambda version: -RELEASED[keys[version]])
    yield stage.before(RELEASED[keys[order[0]]], rng)
    model = list_model(provider=provider.organisation, name=name, summary=SUMMARIES[name], by=by)
    for version in order:
        key = keys[version]
        yield max(stage.before(RELEASED[key], rng), clock.now())
        routes = ["api"] if TIERS[key] == "frontier" else ["api", "api_logprobs"]
        release = announce_release(
            model=model, version=version, key=key, capability_tier=TIERS[key], access_routes=routes, by=by,
            notes="Tell us the addresses of your environment a week before the first use.",
        )  # fmt: skip
        provider.releases[key] = release
        if key not in ANNOUNCED_ONLY:
            stage.timeline.tell(publication(stage, provider, key), stage.before(RELEASED[key] - 7, rng))


def publication(stage: Stage, provider: ProviderCast, key: str) -> Story:
    """The release comes out, and is retired where a later one takes its place."""
    publish_release(release=provider.releases[key], by=provider.staff[0])
    if key in RETIRED:
        yield stage.before(RETIRED[key], stage.chance(key))
        retire_release(release=provider.releases[key], by=provider.staff[0], reason="Replaced by a later release.")


def join_scheme(stage: Stage, body: Body, tier: str, local: str = "") -> Partner:
    """Somebody signs up and registers the institution; it is described, and a colleague is invited."""
    rng = stage.chance(body.name)
    first = make_account(stage, body.domain, "administrator" if local else "")
    organisation = register_organisation(
        kind="institution", name=body.name, jurisdiction=body.jurisdiction, website=f"https://{body.domain}",
        by=person(first, None, second_factor=False),
    )  # fmt: skip
    administrator = person_in(first, organisation)
    institution = describe_institution(
        organisation=organisation,
        kind=body.kind,
        lei=make_lei(rng),
        ror=make_ror(rng) if body.kind in WITH_ROR else "",
        address=address(rng, body),
        language=LANGUAGES.get(body.jurisdiction, ""),
        by=administrator,
    )
    second = make_account(stage, body.domain, local)
    invitation = send_invitation(organisation=organisation, email=second.email, roles=["applicant"], by=administrator)
    accept_invitation(invitation=invitation, by=person(second, None, second_factor=False))
    partner = Partner(
        body=body,
        tier=tier,
        institution=institution,
        applicant=person_in(second, organisation),
        administrator=administrator,
        rng=rng,
    )
    stage.partners[body.name] = partner
    return partner


STREETS = ("Harbour", "Mill", "Observatory", "Station", "Chapel", "Orchard", "Bridge", "Foundry", "Museum", "Weir")
TOWNS = {
    "NO": "5000 Nordvik", "GB": "Eastmoor EM4 2TW", "NL": "3000 Waterhoek", "FR": "35999 Sainte-Aure",
    "DE": "14999 Birkenwerd", "SE": "219 99 Sundsborg", "EE": "74099 Rannaküla", "IE": "H91 XX00 Kilbrack",
    "CH": "8999 Oberfelden", "US": "Fairmeadow, MD 20999", "CA": "Lac-Clair QC G0X 0A0", "AU": "Redgum Creek NSW 2999",
    "NZ": "Totara Bay 4999", "JP": "Minatogaoka 999-0001", "KR": "Hanbit-ro 39999",
}  # fmt: skip


def address(rng: random.Random, body: Body) -> str:
    """A street that is nowhere, in a town that is nowhere."""
    return f"{rng.randint(1, 120)} {rng.choice(STREETS)} Street\n{TOWNS.get(body.jurisdiction, '1000 Newtown')}"
