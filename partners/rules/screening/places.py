"""Countries in names of organisations: “Italian”, “of Italy” and “(Italy)” are one word, and two countries are two."""

from __future__ import annotations

import re

_SPELT = """
afghan:afghanistan albanian:albania algerian:algeria angolan:angola argentine:argentina argentinian:argentina
armenian:armenia australian:australia austrian:austria azerbaijani:azerbaijan bahraini:bahrain
bangladeshi:bangladesh belarusian:belarus belarussian:belarus belgian:belgium beninese:benin bolivian:bolivia
bosnian:bosnia brazilian:brazil brasil:brazil british:britain bulgarian:bulgaria burmese:myanmar burma:myanmar
burundian:burundi cambodian:cambodia cameroonian:cameroon canadian:canada chadian:chad chilean:chile
chinese:china colombian:colombia congolese:congo croatian:croatia cuban:cuba cypriot:cyprus czech:czechia
danish:denmark danmark:denmark dominican:dominica ecuadorian:ecuador egyptian:egypt emirati:emirates eritrean:eritrea
estonian:estonia eesti:estonia ethiopian:ethiopia fijian:fiji finnish:finland suomen:finland suomi:finland
french:france francais:france francaise:france gabonese:gabon gambian:gambia georgian:georgia german:germany
deutsche:germany deutscher:germany deutsches:germany deutschland:germany deutschen:germany ghanaian:ghana
greek:greece hellenic:greece hellas:greece guatemalan:guatemala guinean:guinea haitian:haiti honduran:honduras
hungarian:hungary magyar:hungary icelandic:iceland indian:india indonesian:indonesia iranian:iran
iraqi:iraq irish:ireland israeli:israel italian:italy italiana:italy italiano:italy italia:italy ivorian:ivory
jamaican:jamaica japanese:japan nippon:japan jordanian:jordan kazakh:kazakhstan kenyan:kenya korean:korea
kosovar:kosovo kuwaiti:kuwait kyrgyz:kyrgyzstan lao:laos laotian:laos latvian:latvia latvijas:latvia
lebanese:lebanon liberian:liberia libyan:libya lithuanian:lithuania lietuvos:lithuania macedonian:macedonia
malagasy:madagascar malawian:malawi malaysian:malaysia maldivian:maldives malian:mali maltese:malta
mauritanian:mauritania mauritian:mauritius mexican:mexico mexicana:mexico moldovan:moldova mongolian:mongolia
montenegrin:montenegro moroccan:morocco mozambican:mozambique namibian:namibia nepalese:nepal nepali:nepal
dutch:netherlands nederlands:netherlands nederlandse:netherlands nederland:netherlands holland:netherlands
nicaraguan:nicaragua nigerian:nigeria norwegian:norway norsk:norway norske:norway norges:norway omani:oman
pakistani:pakistan palestinian:palestine panamanian:panama paraguayan:paraguay peruvian:peru filipino:philippines
philippine:philippines polish:poland polska:poland polski:poland portuguese:portugal portuguesa:portugal
qatari:qatar romanian:romania russian:russia rossiyskaya:russia rwandan:rwanda saudi:arabia senegalese:senegal
serbian:serbia singaporean:singapore slovak:slovakia slovene:slovenia slovenian:slovenia somali:somalia
spanish:spain espanol:spain espanola:spain espana:spain sudanese:sudan surinamese:suriname swedish:sweden
svenska:sweden sveriges:sweden swiss:switzerland schweizerische:switzerland suisse:switzerland syrian:syria
taiwanese:taiwan tajik:tajikistan tanzanian:tanzania thai:thailand siamese:thailand togolese:togo tunisian:tunisia
turkish:turkey turkiye:turkey turkmen:turkmenistan ugandan:uganda ukrainian:ukraine uruguayan:uruguay
uzbek:uzbekistan venezuelan:venezuela vietnamese:vietnam viet:vietnam yemeni:yemen zambian:zambia
zimbabwean:zimbabwe uk:britain gb:britain usa:america us:america american:america prc:china roc:taiwan uae:emirates
cote:ivory scottish:scotland welsh:wales flemish:flanders catalan:catalonia basque:euskadi
"""
COUNTRY_OF = dict(pair.split(":") for pair in _SPELT.split())
"""The country of an adjective, of an abbreviation or of its own language's word."""
_MORE = """
america arabia bahamas barbados belize bhutan botswana brunei djibouti emirates ghana grenada guyana kiribati lesotho
liechtenstein luxembourg monaco montenegro nauru newzealand samoa southafrica southsudan northkorea srilanka sudan
tonga trinidad tuvalu vanuatu macau hongkong elsalvador costarica sierraleone sanmarino salvador
"""
COUNTRIES = frozenset([*COUNTRY_OF.values(), *_MORE.split()])
"""Words that each are a country, or a part of one by which bodies are called."""

_SEVERAL = (
    (r"(?:democratic people ?s republic of|north) korean?|dprk", "northkorea"),
    (r"republic of korea|south korean?|korea republic of", "korea"),
    (r"people ?s republic of china", "china"),
    (r"republic of china", "taiwan"),
    (r"united kingdom|great britain", "britain"),
    (r"united states(?: of america)?", "america"),
    (r"united arab emirates", "emirates"),
    (r"new zealand", "newzealand"), (r"south africa", "southafrica"), (r"south african", "southafrica"),
    (r"south sudan", "southsudan"), (r"sri lankan?", "srilanka"), (r"hong kong", "hongkong"), (r"macao", "macau"),
    (r"el salvador", "elsalvador"), (r"costa rican?", "costarica"), (r"sierra leone", "sierraleone"),
    (r"san marino", "sanmarino"), (r"czech republic", "czechia"), (r"russian federation", "russia"),
    (r"ivory coast|cote divoire|cote d ivoire", "ivory"), (r"basque country", "euskadi"), (r"viet nam", "vietnam"),
)  # fmt: skip
_NAMES = [(re.compile(rf"\b(?:{written})\b"), word) for written, word in _SEVERAL]


def with_countries(plain: str) -> str:
    """The text, in small letters, with countries of several words written as one word."""
    for written, word in _NAMES:
        plain = written.sub(word, plain)
    return plain
