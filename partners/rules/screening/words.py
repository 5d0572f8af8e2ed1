"""Words that say little about who somebody is: legal forms, titles, particles, and how common words are shortened."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


LEGAL_FORMS = _words(
    """
    ab ag aktiebolag aktiengesellschaft aktieselskab aksjeselskap anonim any as asa associates bhd bv bvba cjsc co
    comandita commanditaire company compagnie corp corporation cv doo dd eood eirl ev fze fzco fzc fzllc genossenschaft
    gmbh gesellschaft group groupe gruppe grupo hf holding holdings inc incorporated ik jsc kabushiki kaisha kg kft kk
    kommanditgesellschaft limited limitada llc llp lllp lp ltd ltda mbh nv nyrt oao obshchestvo ogranichennoy
    otvetstvennostyu ooo oy oyj pao plc pjsc pte pt pty pvt private public proprietary qsc sa sab sae sal sanayi sapi
    sarl sas sasu sca scs sdn se sendirian berhad sicav sirketi sl slu snc sociedad sociedade societa societe sp spa
    spj spol spk spolka sprl srl sro tbk ticaret unlimited unternehmergesellschaft ug vof yk youxian gongsi zao zoo
    zrt
    """
)
"""Legal forms and words around them, as they stand once dots are gone. The register's own word rarely is in a list."""

TITLES = _words(
    """
    mr mrs ms miss mx dr prof professor sir dame lord lady baron baroness count countess earl duke duchess marquess
    marquis viscount viscountess king queen prince princess emperor empress sultan sheikh shaykh sheik emir amir hajji
    haji imam mullah maulana ayatollah archbishop bishop patriarch pope cardinal saint st rev reverend father fr sister
    brother rabbi hon honourable honorable right eng ing dipl mag jr sr junior senior esq esquire phd md mba msc bsc
    obe mbe cbe kbe mp gen general col colonel maj major capt captain lt lieutenant adm admiral brig brigadier sgt
    herr frau monsieur madame mme mlle senor senora don dona signor signora pan pani president minister ambassador
    """
)
PARTICLES = _words(
    """
    a al an and ap at auf av aus bar ben bin bint by da dal das de degli dei del della den der des di do dos du e el
    et for fur i ibn in la las le les lo los mac mc of on or os s san ter the to und van vom von y zu zum zur
    """
)
"""Articles, prepositions and particles of names. They count for little, and are never a key by themselves."""

GENERIC = _words(
    """
    academy administration agency assembly association authority bank board bureau center college commission committee
    corps council court department development directorate enterprise faculty federal federation force foundation fund
    general government hospital industries industry institute institution international laboratory library medical
    ministry movement museum national office organization party people political politician program public regional
    republic research school science sciences secretariat security service services society state station system
    systems technologies technology trade trust union united university
    """
)
"""What an organisation is rather than which one. Two names that share only these share little."""

SHORT_FOR = {
    "acad": "academy", "admin": "administration", "assn": "association", "assoc": "association", "auth": "authority",
    "centre": "center", "centro": "center", "cntr": "center", "ctr": "center", "zentrum": "center",
    "comm": "commission", "dept": "department", "departement": "department", "dev": "development",
    "fdn": "foundation", "foundn": "foundation", "fondation": "foundation", "stiftung": "foundation",
    "fundacion": "foundation", "govt": "government", "hosp": "hospital", "ind": "industries", "inds": "industries",
    "inst": "institute", "institut": "institute", "instituto": "institute", "istituto": "institute",
    "instituut": "institute", "intl": "international", "int": "international", "internationale": "international",
    "lab": "laboratory", "labs": "laboratory", "laboratories": "laboratory", "laboratorium": "laboratory",
    "min": "ministry", "ministerium": "ministry", "mus": "museum", "musee": "museum", "museo": "museum",
    "natl": "national", "nat": "national", "nationale": "national", "nacional": "national", "nazionale": "national",
    "org": "organization", "organisation": "organization", "peoples": "people", "pub": "public",
    "res": "research", "forschung": "research", "sci": "science", "sec": "security", "soc": "society",
    "tech": "technology", "univ": "university", "universitat": "university", "universite": "university",
    "universidad": "university", "universita": "university", "universiteit": "university",
    "universitet": "university", "uni": "university",
}  # fmt: skip
"""Shortened and foreign forms of words that are frequent in names of organisations."""
