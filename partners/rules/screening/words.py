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
    word: meant
    for meant, written in {
        "academy": "acad academia academie accademia akademia akademie akademi akademiya",
        "administration": "admin administracion administrazione",
        "agency": "agence agencia agentur agentschap agenzia agentstvo byra",
        "alliance": "alianza alleanza allianz alliantie",
        "association": "asociacion asociatia assn assoc associacao associatie associazione forening verein vereinigung",
        "authority": "auth autoridad autorite autorita behorde",
        "bank": "banca banco banque banka",
        "center": "centre centro centrum cntr ctr sentrum tsentr zentrum",
        "christian": "chretien chretienne christelijk christliche cristiana cristiano kristelig",
        "commission": "comision comissao comm commissie commissione kommission komisja komisyon",
        "committee": "comitato comite komitee komitet",
        "council": "conseil consejo conselho consiglio",
        "defense": "defence defensa defensie difesa verteidigung",
        "democratic": "democratica democratico democratie democratique demokratische demokratisk demokraticheskaya",
        "department": "departamento departement dept dipartimento",
        "development": "desarrollo dev developpement entwicklung sviluppo",
        "directorate": "direccion direction direktion direzione direktorat",
        "federal": "federale federalnoe federalnaya",
        "federation": "federacion federacao federazione foderation forbund verband verbond",
        "foundation": "fdn fondation fondazione foundn fundacao fundacion fundacja nadace stichting stiftelse"
        " stiftelsen stiftung vakfi",
        "front": "frente fronte",
        "fund": "fonds fondo fondo",
        "general": "algemene allgemeine generale",
        "government": "gobierno gouvernement governo govt",
        "health": "gesundheit gezondheid salud salute sante saude",
        "history": "geschichte historia historique historisch historisches histoire storia",
        "hospital": "bolnica hopital hosp krankenhaus nemocnice ospedale sairaala sjukhus sjukhuset sygehus sykehus"
        " szpital ziekenhuis",
        "industries": "ind inds industria industrias industrie",
        "institute": "inst institut institutet institutt instituto instituut istituto instytut",
        "international": "int internacional internationale internationalen internazionale intl",
        "labor": "labour",
        "laboratory": "lab laboratoire laboratories laboratorio laboratorium labs",
        "left": "gauche izquierda linke sinistra",
        "liberal": "liberale liberala",
        "ministry": "min ministere ministerie ministerio ministerium ministero ministerstvo ministerul bakanligi",
        "movement": "bewegung beweging mouvement movimento movimiento bevegelse",
        "museum": "mus musee museo museu muzeum muzej muzeul muzey",
        "national": "nacional nat nationaal nationale natl nazionale narodni narodowy",
        "natural": "naturelle naturale",
        "naturalhistory": "natuurhistorisch naturhistorisches naturhistoriska naturhistorisk",
        "organization": "org organisation organisatie organizacion organizzazione",
        "parliament": "parlament parlamento parlement",
        "party": "parti partia partido partiet partij partit partito partei",
        "people": "peoples popolare popolari popular populaire folke folk",
        "public": "pub publique publico pubblica",
        "republic": "republica republiek republik repubblica republique respublika",
        "research": "forschung forskning investigacion onderzoek recherche res ricerca",
        "science": "ciencia ciencias sci sciences scienze wissenschaft wissenschaften",
        "security": "sec securite seguridad sicherheit sicurezza veiligheid",
        "senate": "senado senat senato",
        "socialist": "socialista socialiste sosialistisk sozialistische",
        "society": "soc",
        "state": "estado etat gosudarstvennoe gosudarstvenny",
        "technology": "tech technologie technologies technologia tecnologia tecnologica technologique",
        "union": "unie unione",
        "united": "unida unido unis unita verenigde",
        "university": "uni univ universidad universidade universita universitas universitat universite universiteit"
        " universitet universitetet uniwersytet univerzita",
    }.items()
    for word in written.split()
}  # fmt: skip
"""Shortened and foreign forms of words that are frequent in names of organisations."""

KINDRED = (
    _words("department ministry secretariat office bureau directorate"),
    _words("agency administration authority board bureau commission committee council directorate office service"
           " services corporation institute"),
    _words("academy college institute school university faculty"),
    _words("assembly congress council house parliament senate chamber diet legislature"),
    _words("center clinic clinics hospital infirmary medical"),
    _words("center collection gallery museum house"),
    _words("alliance bloc coalition federation front league movement party union list association"),
    _words("association club council federation society union organization"),
    _words("company corporation enterprise group industries trust"),
)  # fmt: skip
"""What bodies of one kind are called: where everything else agrees, one may have been given the other's word."""


def are_kindred(left: str, right: str) -> bool:
    """Whether two words say of an organisation that it is of the same kind."""
    return any(left in words and right in words for words in KINDRED)
