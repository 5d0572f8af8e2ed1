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
    Body("Meridian Labs", "US", "meridian.example"),
    Body("Aster Research", "GB", "aster.example"),
    Body("Northlight Intelligence", "US", "northlight.example"),
    Body("Halcyon Systems", "FR", "halcyon.example"),
)

RELEASES = {
    "Meridian Labs": (("Meridian", ("3.5", "4.0", "4.1")), ("Meridian Mini", ("2",))),
    "Aster Research": (("Aster Large", ("1", "2")), ("Aster Code", ("1",))),
    "Northlight Intelligence": (("Polaris", ("6", "7"))),
    "Halcyon Systems": (("Alcyon", ("2", "3"))),
}

OVERSIGHT = Body("Joint Oversight Board", "EU", "oversight.example")

INSTITUTIONS = (
    Body(
        "Nordfjord Institute for Machine Safety",
        "NO",
        "nordfjord.example",
        "research_institution",
    ),
    Body(
        "Bergen Centre for Model Evaluation",
        "NO",
        "bcme.example",
        "research_institution",
    ),
    Body(
        "Statens Prøvelaboratorium for Kunstig Intelligens",
        "NO",
        "spki.example",
        "government_laboratory",
    ),
    Body("Thamesmead AI Assurance", "GB", "thamesmead.example", "regulated_company"),
    Body(
        "Pennine Laboratory for Trustworthy Systems",
        "GB",
        "pennine.example",
        "research_institution",
    ),
    Body(
        "Caledonian Evaluation Unit",
        "GB",
        "caledonian.example",
        "government_laboratory",
    ),
    Body(
        "Severn Health Informatics Centre",
        "GB",
        "severn.example",
        "research_institution",
    ),
    Body(
        "Dunwich Cyber Resilience Laboratory",
        "GB",
        "dunwich.example",
        "government_laboratory",
    ),
    Body(
        "Polderlab voor Modelonderzoek",
        "NL",
        "polderlab.example",
        "research_institution",
    ),
    Body(
        "Zuiderzee Instituut voor Algoritmiek",
        "NL",
        "zuiderzee.example",
        "research_institution",
    ),
    Body("Maasvlakte Testcentrum", "NL", "maasvlakte.example", "government_laboratory"),
    Body(
        "Institut Rhénan d’Évaluation des Modèles",
        "FR",
        "irem.example",
        "research_institution",
    ),
    Body(
        "Laboratoire Armor de Sûreté Logicielle",
        "FR",
        "armor.example",
        "research_institution",
    ),
    Body(
        "Centre Occitan de Cybersécurité",
        "FR",
        "cocyber.example",
        "government_laboratory",
    ),
    Body(
        "Havelland-Institut für Maschinelle Sicherheit",
        "DE",
        "havelland.example",
        "research_institution",
    ),
    Body("Isartal Prüfzentrum KI", "DE", "isartal.example", "regulated_company"),
    Body(
        "Bundeslabor für Modellprüfung Elbe",
        "DE",
        "modellpruefung.example",
        "government_laboratory",
    ),
    Body(
        "Fachverbund Sichere Sprachmodelle",
        "DE",
        "fssm.example",
        "research_institution",
    ),
    Body("Mälaren Evaluation Group", "SE", "malaren.example", "research_institution"),
    Body("Norrsken Testbädd", "SE", "norrtest.example", "research_institution"),
    Body("Lahemaa Tehisaru Labor", "EE", "lahemaa.example", "government_laboratory"),
    Body(
        "Burren Institute of Computation",
        "IE",
        "burren.example",
        "research_institution",
    ),
    Body("Liffey Assurance", "IE", "liffey.example", "regulated_company"),
    Body(
        "Helvetisches Zentrum für Modellsicherheit",
        "CH",
        "hzm.example",
        "research_institution",
    ),
    Body("Laboratoire Lémanique d’Essais", "CH", "lle.example", "research_institution"),
    Body(
        "Saint Croix Laboratory for Alignment",
        "US",
        "saintcroix.example",
        "research_institution",
    ),
    Body(
        "Potomac Flats Evaluation Center",
        "US",
        "potomacflats.example",
        "government_laboratory",
    ),
    Body(
        "Great Basin Institute of Safety Research",
        "US",
        "greatbasin.example",
        "research_institution",
    ),
    Body("Lakeshore Model Audit", "US", "lakeshore.example", "regulated_company"),
    Body(
        "Laurentian Centre for AI Evaluation",
        "CA",
        "laurentian.example",
        "research_institution",
    ),
    Body("Institut Gaspésien de l’IA", "CA", "igia.example", "research_institution"),
    Body("Salish Testing Laboratory", "CA", "salish.example", "government_laboratory"),
    Body(
        "Wattle Flat Research Institute",
        "AU",
        "wattleflat.example",
        "research_institution",
    ),
    Body(
        "Bass Strait Cyber Centre", "AU", "bassstrait.example", "government_laboratory"
    ),
    Body(
        "Kōwhai Institute of Data Science",
        "NZ",
        "kowhai.example",
        "research_institution",
    ),
    Body(
        "Musashi Model Safety Laboratory",
        "JP",
        "musashi.example",
        "research_institution",
    ),
    Body("Seto Inland Testing Center", "JP", "seto.example", "government_laboratory"),
    Body(
        "Hangang Institute for Frontier AI",
        "KR",
        "hangang.example",
        "research_institution",
    ),
    Body(
        "Jirisan Evaluation Laboratory", "KR", "jirisan.example", "research_institution"
    ),
    Body(
        "Öresund Joint Test Facility", "DK", "oresund.example", "research_institution"
    ),
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
