"""Who plays in the demonstration. Every body and person here is made up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """A fictional organisation: its name, ISO 3166 jurisdiction, and the domain of its people's addresses."""

    name: str
    jurisdiction: str
    domain: str
    kind: str = ""


AUTHORITIES = (
    Body("Frontier Access Office", "GB", "fao.example"),
    Body("Modelltilsynet", "NO", "modelltilsynet.example"),
    Body("Bureau of Advanced Systems Evaluation", "US", "base.example"),
    Body("Rijksdienst Modeltoegang", "NL", "modeltoegang.example"),
    Body("Office for Trusted Model Access", "CA", "otma.example"),
)

PROVIDERS = (
    Body("Meridian Model Works", "US", "meridian.example"),
    Body("Aster Research", "GB", "aster.example"),
    Body("Northlight Intelligence", "US", "northlight.example"),
    Body("Halcyon Systems", "FR", "halcyon.example"),
)

RELEASES: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "Meridian Model Works": (("Meridian", ("3.5", "4.0", "4.1")), ("Meridian Mini", ("2",))),
    "Aster Research": (("Aster Large", ("1", "2")), ("Aster Code", ("1",))),
    "Northlight Intelligence": (("Polaris", ("5", "6", "7")),),
    "Halcyon Systems": (("Alcyon", ("2", "3")),),
}

OVERSIGHT = Body("Joint Oversight Board", "EU", "oversight.example")

INSTITUTIONS = (
    Body("Nordfjord Institute for Machine Safety", "NO", "nordfjord.example", "public_research"),
    Body("Bergen Centre for Model Evaluation", "NO", "bcme.example", "nonprofit"),
    Body("Statens Prøvelaboratorium for Kunstig Intelligens", "NO", "spki.example", "government_laboratory"),
    Body("Thamesmead AI Assurance", "GB", "thamesmead.example", "company"),
    Body("Pennine Laboratory for Trustworthy Systems", "GB", "pennine.example", "university"),
    Body("Caledonian Evaluation Unit", "GB", "caledonian.example", "safety_institute"),
    Body("Severn Health Informatics Centre", "GB", "severn.example", "public_research"),
    Body("Dunwich Cyber Resilience Laboratory", "GB", "dunwich.example", "government_laboratory"),
    Body("Polderlab voor Modelonderzoek", "NL", "polderlab.example", "university"),
    Body("Zuiderzee Instituut voor Algoritmiek", "NL", "zuiderzee.example", "public_research"),
    Body("Maasvlakte Testcentrum", "NL", "maasvlakte.example", "government_laboratory"),
    Body("Institut Rhénan d’Évaluation des Modèles", "FR", "irem.example", "public_research"),
    Body("Laboratoire Armor de Sûreté Logicielle", "FR", "armor.example", "nonprofit"),
    Body("Centre Occitan de Cybersécurité", "FR", "cocyber.example", "government_laboratory"),
    Body("Havelland-Institut für Maschinelle Sicherheit", "DE", "havelland.example", "public_research"),
    Body("Isartal Prüfzentrum KI", "DE", "isartal.example", "company"),
    Body("Bundeslabor für Modellprüfung Elbe", "DE", "modellpruefung.example", "safety_institute"),
    Body("Fachverbund Sichere Sprachmodelle", "DE", "fssm.example", "nonprofit"),
    Body("Mälaren Evaluation Group", "SE", "malaren.example", "nonprofit"),
    Body("Vindelälv Testbädd", "SE", "vindelalv.example", "public_research"),
    Body("Lahemaa Tehisaru Labor", "EE", "lahemaa.example", "government_laboratory"),
    Body("Burren Institute of Computation", "IE", "burren.example", "university"),
    Body("Liffey Assurance", "IE", "liffey.example", "company"),
    Body("Helvetisches Zentrum für Modellsicherheit", "CH", "hzm.example", "public_research"),
    Body("Laboratoire Lémanique d’Essais", "CH", "lle.example", "university"),
    Body("Saint Croix Laboratory for Alignment", "US", "saintcroix.example", "nonprofit"),
    Body("Potomac Flats Evaluation Center", "US", "potomacflats.example", "safety_institute"),
    Body("Great Basin Institute of Safety Research", "US", "greatbasin.example", "public_research"),
    Body("Lakeshore Model Audit", "US", "lakeshore.example", "company"),
    Body("Laurentian Centre for AI Evaluation", "CA", "laurentian.example", "university"),
    Body("Institut Gaspésien de l’IA", "CA", "igia.example", "public_research"),
    Body("Salish Testing Laboratory", "CA", "salish.example", "government_laboratory"),
    Body("Wattle Flat Research Institute", "AU", "wattleflat.example", "public_research"),
    Body("Bass Strait Cyber Centre", "AU", "bassstrait.example", "government_laboratory"),
    Body("Kōwhai Institute of Data Science", "NZ", "kowhai.example", "university"),
    Body("Musashi Model Safety Laboratory", "JP", "musashi.example", "public_research"),
    Body("Seto Inland Testing Center", "JP", "seto.example", "government_laboratory"),
    Body("Hangang Institute for Frontier AI", "KR", "hangang.example", "public_research"),
    Body("Jirisan Evaluation Laboratory", "KR", "jirisan.example", "university"),
    Body("Öresund Joint Test Facility", "SE", "oresund.example", "public_research"),
)

GIVEN = (
    "Ingrid", "Aoife", "Mateus", "Hanneke", "Tomasz", "Yuki", "Amara", "Sofie", "Lars", "Elena", "Kwame", "Maren",
    "Jonas", "Priya", "Oskar", "Leïla", "Henrik", "Noor", "Callum", "Mirjam", "Daniel", "Signe", "Rhys", "Chiara",
    "Minseo", "Anneke", "Piet", "Freya", "Nikhil", "Katrin", "Émile", "Tui", "Hana", "Owen", "Ragnhild", "Bram",
)  # fmt: skip
FAMILY = (
    "Solberg", "Kavanagh", "Vermeer", "Lindqvist", "Okafor", "Tanabe", "Brandt", "Moreau", "Haugland", "Rowntree",
    "Keller", "Nakahara", "Dufresne", "Visser", "Aaltonen", "Iyer", "Penrose", "Thorsen", "Castell", "Grünwald",
    "Mercier", "Baek", "Whitcombe", "Ravn", "Osei", "Tamm", "Marchetti", "Hollis", "Nygård", "Sato", "Quist", "Drummond",
)  # fmt: skip
