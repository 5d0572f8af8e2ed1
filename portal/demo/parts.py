"""Who plays what: for each institution, when its story begins, how its application ends, and what comes after."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ask:
    """A request for a grant: so many days before the present, with that end. `lines` are releases; none: by chance."""

    days: int
    ends: str
    lines: tuple[str, ...] = ()
    declined: int = 0
    months: int = 11


@dataclass(frozen=True)
class Part:
    """One institution's part. `days` before the present its story begins; `outcome` is the state of its application."""

    tier: str
    days: int
    outcome: str = "approved"
    number: int = 0
    asks: bool = False
    signed: int = 0
    local: str = ""
    renewal: str = ""
    renewed: int = 0
    change: str = ""
    requests: tuple[Ask, ...] = ()
    audit: str = ""
    incidents: tuple[str, ...] = ()
    enforcement: str = ""
    hold: str = ""
    reports: str = ""
    environment: str = ""
    again: str = ""


PARTS: dict[str, Part] = {
    "Nordfjord": Part(
        "elevated", 690, local="applicant", asks=True, incidents=("credential",), reports="overdue",
        requests=(
            Ask(610, "superseded", ("meridian-3.5", "alcyon-2"), months=12),
            Ask(290, "in_force", ("meridian-4.0", "aster-large-2"), declined=1),
            Ask(60, "awaiting_agreement", ("meridian-4.1", "alcyon-3")),
            Ask(5, "draft", ("polaris-6",)),
        ),
    ),
    "Bergen": Part("standard", 31, "awaiting_applicant", local="applicant", number=0),
    "Statens": Part("standard", 45, "awaiting_signatures", signed=1),
    "Thamesmead": Part(
        "elevated", 640, enforcement="restriction", requests=(Ask(330, "in_force", ("polaris-6", "aster-code-1")),),
        incidents=("unauthorised_use",), number=1,
    ),
    "Pennine": Part(
        "elevated", 560, asks=True, audit="fieldwork", incidents=("account",), number=2,
        requests=(Ask(280, "in_force", ("meridian-4.0", "aster-code-1")),),
    ),
    "Caledonian": Part(
        "standard", 705, requests=(Ask(340, "in_force", ("alcyon-3", "meridian-4.0")), Ask(9, "submitted")),
        incidents=("model_behaviour",), audit="notified",
    ),
    "Severn": Part("standard", 29, "under_review", number=3),
    "Dunwich": Part("elevated", 15, "submitted"),
    "Polderlab": Part(
        "standard", 670, requests=(Ask(600, "expired", ("aster-large-1",), months=9), Ask(150, "in_force"),), number=1,
        audit="draft_report",
    ),
    "Zuiderzee": Part("elevated", 410, "declined", number=0),
    "Maasvlakte": Part("standard", 12, "draft", number=1),
    "Institut Rhénan": Part(
        "elevated", 520, requests=(Ask(400, "expired", ("polaris-5", "meridian-3.5"), months=10), Ask(70, "in_force")),
        incidents=("safeguard_failure",), number=1,
    ),
    "Laboratoire Armor": Part("standard", 300, "withdrawn"),
    "Centre Occitan": Part(
        "high", 600, requests=(Ask(500, "expired", ("meridian-3.5", "alcyon-2"), months=5),), environment="forgotten",
    ),
    "Havelland": Part("elevated", 480, requests=(Ask(330, "surrendered"),), audit="partner_response", number=2),
    "Isartal": Part("elevated", 340, enforcement="suspension", requests=(Ask(150, "in_force"),), number=3),
    "Bundeslabor": Part(
        "high", 330, asks=True, requests=(Ask(120, "in_force", ("meridian-4.0", "polaris-6"), months=5), Ask(16, "awaiting_partner")),
        incidents=("hazardous_output", "weights"),
    ),
    "Fachverbund": Part("elevated", 650, enforcement="removal", requests=(Ask(380, "revoked"),), number=0, incidents=("extraction",)),
    "Mälaren": Part("standard", 450, requests=(Ask(240, "in_force"),), hold="confirmed", number=2),
    "Vindelälv": Part("high", 38, "under_review", number=1),
    "Lahemaa": Part("standard", 200, requests=(Ask(120, "refused"), Ask(8, "under_review")), environment="attested", number=3),
    "Burren": Part("elevated", 560, "declined", number=1, again="approved"),
    "Liffey": Part("elevated", 40, "awaiting_applicant", number=4),
    "Helvetisches": Part(
        "elevated", 430, requests=(Ask(300, "in_force", ("alcyon-3", "aster-code-1")), Ask(34, "awaiting_provider", ("meridian-4.1", "aster-large-2"))),
        audit="cancelled", number=2,
    ),
    "Laboratoire L": Part("standard", 18, "submitted", number=2),
    "Saint Croix": Part(
        "elevated", 500, asks=True, requests=(Ask(200, "in_force", ("meridian-4.0", "polaris-6", "alcyon-3")),),
        incidents=("critical_leak",), number=0,
    ),
    "Potomac": Part(
        "high", 540, renewal="approved", renewed=225, hold="lapsed", requests=(Ask(110, "in_force", ("meridian-4.0", "aster-large-2"), months=5),),
        number=1,
    ),
    "Great Basin": Part("elevated", 400, hold="lifted", requests=(Ask(260, "in_force"),), number=1, environment="suspended"),
    "Lakeshore": Part("standard", 660, requests=(Ask(310, "in_force"),), reports="returned", number=2, enforcement="warning"),
    "Laurentian": Part("standard", 420, requests=(Ask(52, "awaiting_signatures", ("meridian-4.0", "aster-large-2")),), number=0, audit="closed"),
    "Institut Gasp": Part("elevated", 690, renewal="submitted", renewed=20, requests=(Ask(300, "in_force"),), number=3),
    "Salish": Part("standard", 380, requests=(Ask(250, "withdrawn"), Ask(90, "in_force")), incidents=("false_alarm",), number=1, enforcement="heard"),
    "Wattle": Part("standard", 350, change="under_review", requests=(Ask(180, "in_force"),), reports="submitted", incidents=("duplicate",), number=3),
    "Bass Strait": Part("elevated", 52, "awaiting_signatures", number=0, asks=False),
    "Kōwhai": Part("standard", 270, requests=(Ask(130, "in_force"),), number=0, enforcement="open"),
    "Musashi": Part("elevated", 310, requests=(Ask(160, "in_force"),), enforcement="notice", number=2, incidents=("personal_data",)),
    "Seto": Part("elevated", 60, "withdrawn"),
    "Hangang": Part("elevated", 460, requests=(Ask(210, "in_force"), Ask(31, "awaiting_provider", ("meridian-4.0",))), number=3, incidents=("resolved",)),
    "Jirisan": Part("elevated", 6, "draft", number=4),
    "Öresund": Part("standard", 240, requests=(Ask(100, "in_force"),), environment="registered", number=1),
}  # fmt: skip
"""By the beginning of the institution's name, for those of the cast."""

EXTRAS = (
    Part("standard", 360, requests=(Ask(200, "in_force"),)),
    Part("elevated", 420, requests=(Ask(220, "in_force"),), asks=True),
    Part("standard", 33, "under_review"),
    Part("standard", 20, "submitted"),
    Part("elevated", 280, requests=(Ask(120, "in_force"),), incidents=("safeguard_failure",)),
    Part("standard", 500, "declined"),
    Part("standard", 300, requests=(Ask(25, "awaiting_provider"),)),
    Part("high", 260, requests=(Ask(90, "in_force"),)),
    Part("standard", 9, "draft"),
    Part("elevated", 48, "awaiting_signatures"),
)
"""Parts for generated institutions, in turn."""


def part_of(name: str, number: int) -> Part:
    """The part of an institution: its own, or one for extras by its number."""
    own = next((part for start, part in PARTS.items() if name.startswith(start)), None)
    return own or EXTRAS[number % len(EXTRAS)]
