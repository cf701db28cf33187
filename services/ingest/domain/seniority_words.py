"""The words that name a level in titles, texts and fields.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish; some Japanese.
"""

import re

from schemas.posting import Seniority

LEVELS: dict[str, Seniority] = {
    "executive": "executive", "director": "director", "manager": "manager", "principal": "principal",
    "staff": "staff", "lead": "lead", "mid": "mid", "senior": "senior", "junior": "junior",
}  # fmt: skip

# Of these the longer and rarer words stand first, because the first that fits counts.
FIELD_LEVELS: dict[str, Seniority] = {
    "intern": "intern", "student": "intern", "trainee": "intern", "apprentice": "intern", "werkstudent": "intern",
    "entry": "junior", "junior": "junior", "graduate": "junior", "associate": "junior", "no experience": "junior",
    "early": "junior", "berufseinsteiger": "junior", "júnior": "junior", "débutant": "junior", "absolvent": "junior",
    "einsteiger": "junior", "einstiegs": "junior", "principiante": "junior", "iniciante": "junior",
    "semi[- ]?s[eê]nior": "mid", "confirmé": "mid",
    "mid[-_– ]{1,3}senior[-_ ]level": "senior", "mid": "mid", "interm[eé]di": "mid", "pleno": "mid", "medior": "mid",
    "journeyman": "mid", "staff": "staff", "principal": "principal", "lead": "lead", "senior manager": "manager",
    "director": "director", "head": "director", "executive": "executive", "c-level": "executive", "vp": "executive",
    "chief": "executive", "manager": "manager", "supervis": "manager", "senior": "senior", "s[êé]nior": "senior",
    "expert": "senior",
}  # fmt: skip

_TECHNICAL = (
    r"engineer|developer|scientist|designer|architect|researcher|programmer|product|sre|software|data"
    r"|security|machine|ml|ai"
)
_TEAMS = (
    r"engineering|development|software|qa|data|analytics|design|team|people|store|restaurant|shop|general|regional"
    r"|area|district|branch|plant|department|practice|country|station|warehouse|shift|duty|kitchen|clinic|nurse"
    r"|data science|machine learning|accounting|payroll|hr|city|hub|depot"
)
"""Whom or what a manager of that name leads. Of other managers the text has to say that somebody reports to them."""

INTERN = re.compile(
    r"\b(?:intern(?:ship)?s?\b(?! (?:program|recruit|coordinat|experience|manage))|prakti(?:kum|kant)\w*|werkstudent\w*"
    r"|working student\b|student (?:worker|assistant|job)\b|pflichtpraktik\w*|co-op\b|apprenti(?:ce|s)?\b"
    r"|apprenticeship\b|auszubildende\w*|azubis?\b|ausbildung (?:als|zu[mr])\b|duale[rns]? (?:studium|student\w*)"
    r"|volont(?:är|ariat)\w*|studentische\w* (?:aushilfe|hilfskraft)\w*"
    r"|stagiaires?\b|\Astage\b(?= [-–—/|]| d[eu']| en | in | \w+ing\b)|stage\b(?=\))|alternan(?:ce|t|te)\b"
    r"|contrat de professionnalisation\b|becari[oa]s?\b|practicante\b|pasant[ei]\w*|prácticas\b|est[aá]gi\w+"
    r"|aprendiz\b|apprendista\b"
    r"|tirocin\w+|stagiair\b|afstudeer\w*|staż\w*|praktyk\w*|インターン)",
)
"""These win wherever they stand in a title, in lower case: `software lead intern`."""

ROLE_NAMES = re.compile(
    r"\b(?:chief of staff\b|member of (?:the )?technical staff\b|director of photography\b|art director\b"
    r"|(?:executive|personal|management) assistants?(?: to (?:the )?\w+)?|assistant to (?:the )?\w+"
    r"|(?:account|sales|marketing|advertising|recovery|customer service|development)s? executive\b"
    r"|to (?:the |our )?(?:c[a-z]{1,3}o|chief \w+ officer)\b|(?:office of the |founder'?s? (?:and )?)ceo\b"
    r"|ceo(?:'s)? office\b|senior (?:living|care|citizen|housing|home)\w*\b"
    r"|(?:school|vice|assistant|deputy)[- ]principal\b|principal['’]s\b"
    r"|dire[ck]?tora? de (?:arte|fotograf[ií]a|casting)\b|direct(?:eur|rice) artistique\b"
    r"|lead[- ](?:gen\w*|qualif\w*|nurtur\w*|manage\w*|response|sourc\w*|conversion)\b|staff augmentation\b"
    r"|mid[- ]?(?:market|enterprise|size[d]?|atlantic|west|term|office|funnel)\b|middle[- ](?:east|office|school)\b"
    r"|associate (?:general counsel|attorney|professor|partner|agent|degree)\b"
    r"|(?:product|project|program(?:me)?|account|success|community|case|office|partner(?:ship)?s?|marketing|territory"
    r"|(?:business|partner|market|land|talent|channel|corporate|client|brand|product|curriculum|learning) development"
    r"|social media|content|campaign|channel|category|growth|brand|event|ads|onboarding"
    r"|communications|influencer|affiliate|relationship|contract|crm|seo|acquisition|release|delivery|incident)s?"
    r" manager\b|gerente de (?:projet|proyect|produt|product|cont|cuent)\w*|kierownik projekt\w*"
    r"|coordena\w+ de projet\w*|chefs? de (?:projet|produit|partie)\b|jef[ea]s? de (?:proyecto|producto|cocina"
    r"|partida|obra)\b"
    r"|chefe de cozinha\b"
    r"|projektleit\w*|bauleit\w*|responsable de (?:cuenta|compte)s?\b)",
)
"""Names of roles that hold a level's word and mean none."""

GRADE = re.compile(
    r"\b(?:senior|sr\.?|associate|executive|regional|assistant|deputy)\s+(?:general\s+)?"
    r"(?P<level>manager|director|vice president|vp)\b",
)
"""`senior manager`, `associate director`: one grade of two words, named by the second."""
GRADE_LEVELS: dict[str, Seniority] = {
    "manager": "manager", "director": "director", "vice president": "executive", "vp": "executive",
}  # fmt: skip

TITLE = re.compile(
    r"\b(?:(?P<executive>chief\b[^,|(\n]{0,40}\bofficer\b|c[eftmio]o\b|c[ip]so\b|cpto\b|vice[- ]pr[eé]sident\w*"
    r"|[se]?vp\b|managing director\b|co-?founder\b|president\b|geschäftsführ\w*"
    r"|direct(?:eur|rice) générale?\b|dire[ck]?tora?[- ](?:general|geral|ejecutiv[oa]|executiv[oa])\b"
    r"|gerente[- ](?:general|geral)\b|amministratore delegato\b)"
    r"|(?P<director>(?:sub)?director\b|subdirectora\b|dire[ck]tor[ae]?\b|direct(?:eur|rice)\b|diret(?:or|ora)\b"
    r"|direttore\b"
    r"|dyrektor\w*|direkteur\b|head of\b|head\b(?=,| [-–|]|$)|leit(?:er|erin|ung)\b"
    r"|(?:bereichs|vertriebs|verkaufs|personal|produktions|finanz|marketing|einkaufs|entwicklungs|logistik)leit(?:er"
    r"|ung)\w*"
    r"|hoofd\b)"
    r"|(?P<manager>\Amanager\b(?! of customer)"
    rf"|(?:{_TEAMS}) manager\b"
    r"|(?:team|abteilungs|filial|gruppen|schicht|markt|werks?|store|niederlassungs|stations|fuhrpark"
    r"|standort|pflegedienst|wohnbereichs|bezirks|gebiets|betriebs|praxis|haus|küchen|einrichtungs|lager)leit(?:er"
    r"|ung)\w*"
    r"|teamleider\b|afdelings\w+|supervisora?\b|responsab(?:le|ile)\b|chef(?:fe)?s? (?:d['’](?:équipe|atelier|agence)"
    r"|de (?:service|département|secteur|magasin)|comptable)\b|chefe de\b"
    r"|jef[ea] de\b|gerente\b|gestora? de equip\w*|coordena(?:dor|dora|ção)\b|encargad[oa]\b|kierownik\b)"
    r"|(?P<principal>principal\b(?! investigator)|distinguished\b)"
    rf"|(?P<staff>staff\b(?=[\w\s/+&-]{{0,40}}\b(?:{_TECHNICAL}|technical|recruiter|technologist|__)))"
    r"|(?P<lead>(?:team|tech|technical)[- ]?lead\w*|leader\b|lead\b|líder\b|liderança\b"
    r"|leitende[rn]?\b(?! angestellt))"
    r"|(?P<mid>mid\b|mid(?:dle)?[- ]?(?:level|weight|senior)\b|middle\b|intermediate\b|medior\b|pleno\b"
    r"|confirmée?\b|semi[- ]?s[eê]nior\b|ssr\b|regular\b(?= (?:developer|engineer|tester)))"
    r"|(?P<senior>senior\w?\b|sr\b|snr\b|s[êé]nior\b|starsz[ya]\b|シニア)"
    r"|(?P<junior>juniora?\b|jr\b|jnr\b|júnior\b|entry[- ]level\b|entry\b(?=\))|graduate\b|new grad\w*"
    r"|trainee\b|early[- ]career\b|no experience\b|berufseinsteiger\w*|absolvent\w*|młodsz[ya]\b"
    r"|débutante?\b|neolaureat\w+|starter\b(?=\W*$)"
    rf"|\Aassociate (?=[\w\s/+&-]{{0,30}}\b(?:{_TECHNICAL}|analyst|consultant|counsel))))",
)
"""The first level in a title, its role names taken out."""

_ROLES = (
    r"engineer|developer|programmer|analyst|specialist|technician|manager|architect|scientist|designer|consultant"
    r"|coordinator|associate|advisor|adviser|representative|administrator|accountant|tester|sde|swe|adjuster|recruiter"
    r"|assistant|clerk|officer|nurse|therapist|planner|writer|operator|engenheir[oa]|desenvolvedora?|analista"
    r"|especialista(?: de \w+)?|desarrollador|técnico|ingénieur|entwickler"
)
NUMERAL = re.compile(rf"(?i:\b(?:{_ROLES})) {{1,2}}(?i:level )?(I{{1,3}}|IV|V|[1-5])\b(?![-–/ ]+(?:or |I|\d))")
NUMERAL_LEVELS: dict[str, Seniority] = {
    "I": "junior", "II": "mid", "III": "senior", "IV": "senior", "V": "senior",
    "1": "junior", "2": "mid", "3": "senior", "4": "senior", "5": "senior",
}  # fmt: skip
"""A number after a role's name is its grade: the first is junior, the second mid, the third and above senior."""

LADDER = re.compile(r"\b(?:L|IC|E)([3-7])\b")
LADDER_LEVELS: dict[str, Seniority] = {"3": "junior", "4": "mid", "5": "senior", "6": "staff", "7": "principal"}
"""`L5`, `IC5`: the ladder that large software companies share."""
SUPPORT = re.compile(r"support|help ?desk|\bsoc\b|desk|operations cent", re.IGNORECASE)
"""Where L2 and L3 are lines of support."""

MANAGER = re.compile(r"\bmanage(?:r|rin|ur)\b", re.IGNORECASE)
_GUIDE = r"(?:manag|supervis|lead|coach|mentor|hir|build|grow|develop|train|motivat|inspir|guid)(?:e|ing)?"
REPORTS = re.compile(
    r"\b(?:(?:have|has|with|your|of|manag\w+|\d+) (?:\w+ )?direct reports\b|line[- ]manag(?:ement|ing)\b"
    r"|people manag\w+(?= (?:resp|dut))"
    rf"|(?:manag|supervis|lead|coach|hir)(?:e|ing)?(?:,? (?:and |& )?{_GUIDE}){{0,3}} (?:an?|the|our|your)"
    r" (?:[\w-]+ ){0,2}team (?:of|members)\b"
    r"|(?:guidance|supervision|leadership) of (?:the|a|our|your) (?:\w+ )?(?:agents|employees|staff|technicians)\b"
    r"|(?:führ|leit)\w* (?:ein|dein|d)\w* (?:\w+ )?team\b|(?:fachliche|disziplinarische) führung"
    r"|encadre\w* (?:une|l'|votre) équipe|lidera\w* (?:un|el|a|uma?) (?:equipo|equipe|time))",
)
"""That people report to whoever has the job."""

_WORDS = (
    r"intern(?:ship)?|entry|junior|graduate|early[- ]career|mid(?:dle)?|intermediate|senior|lead|staff|principal"
    r"|manager|director|executive|journeyman|associate|(?:berufs)?einsteiger|absolvent|pleno|júnior|s[êé]nior|medior"
    r"|débutant|confirmé|interm[eé]di[oa]|intermédiaire|principiante|iniciante|semi[- ]?s[eê]nior"
)
_LEVELS_ALONE = (
    r"(?:semi[- ]?s[eê]nior|junior|júnior|mid(?:dle)?|pleno|senior|s[êé]nior|lead|principal|staff|débutant"
    r"|confirmé|medior)"
)
"""Behind a bare `Level:`, which may also be that of a language."""
_ROLE = r"(?:role|position|opportunity|job|hire|vacancy)"
_ROLE_ABROAD = (
    r"(?:poste|emploi|puesto|posici[óo]n|rol|cargo|vacante|vaga|posição|função|posizione|ruolo|functie|rolle|stelle"
    r"|position)"
)
"""A role in German, French, Spanish, Portuguese, Italian, Dutch."""
_PLAIN = r"(?:semi[- ]?s[eê]nior|junior|júnior|débutant|confirmé|pleno|medior|s[eêé]nior)e?"
_OF_ROLE = rf"(?:{_PLAIN}|mid(?:dle)?|interm[eé]di[oa]|intermédiaire|principiante|iniciante)"
"""Behind a word for a role. `Principal` is there the main one, and `lead` may be a sales lead."""
_OF_PEOPLE = r"(?! (?:manage|leader|stakeholder|execut))"
_AT_LEVEL = r"(?:(?:de |di |du |of |op )?(?:niveau|nivel|nível|livello) )"
_THIS_IS = (
    r"(?:(?:dies|das|hier) ist|handelt sich (?:\w+ )?um|il s['’]agit|c['’]est|est[ae] es|se trata|est[ae] é"
    r"|ess[ae] é|trata-se|(?<!não )é|questa è|si tratta|dit is)"
)
_KIND = r"(?:(?!(?:mit|für|in|avec|pour|en|de|con|para|com|em|per|met|voor)\b)[\w-]+,? )"
"""A word of what kind of role it is; behind a preposition stands something else than the role."""
_THIS_ROLE = rf"(?:ce|le|el|l[ao]|est[ae]|ess[ae]|a|o|die|diese|questa|questo|il|deze|de) {_ROLE_ABROAD}"
_ABROAD = (
    # Dies ist eine Junior-Position; il s'agit d'un poste de niveau confirmé; esta es una posición senior
    rf"\b{_THIS_IS} (?:(?:d['’]|de |di )?(?:eine?|un[ea]?|uma?|een)) {_KIND}{{0,2}}?(?:"
    rf"(?P<before>{_OF_ROLE}|einstiegs|einsteiger)(?:[- ]level)?[- ]?{_ROLE_ABROAD}\b"
    rf"|{_ROLE_ABROAD} {_AT_LEVEL}?(?P<behind>{_OF_ROLE})\b{_OF_PEOPLE})"
    # Ce poste est de niveau senior; el puesto es junior; a vaga é de nível pleno
    rf"|\b{_THIS_ROLE} (?:est|ist|es|é|è|is) (?:auf )?{_AT_LEVEL}?(?P<is>{_OF_ROLE})\b{_OF_PEOPLE}"
    # in dieser Senior-Rolle
    rf"|\bdiese[rn]? (?P<this>junior|senior|einstiegs|einsteiger)[- ]?{_ROLE_ABROAD}\b"
    # Poste junior; Vaga de nível pleno; Junior-Position; Nivel senior: where a line or a sentence begins
    rf"|(?:^|\n|[.!|] )\W{{0,3}}(?:{_ROLE_ABROAD} {_AT_LEVEL}?(?P<head>{_OF_ROLE})\b{_OF_PEOPLE}"
    rf"|(?P<compound>junior|senior|einstiegs|einsteiger)-?{_ROLE_ABROAD}\b"
    rf"|{_AT_LEVEL}(?P<alone>{_PLAIN})(?= ?(?:$|[\n.,;(|])))"
    # Se requiere nivel senior; on cherche un profil junior
    r"|\b(?:se (?:requiere|busca|necesita|solicita|exige|pide)|requerimos|necesitamos|buscamos|procuramos"
    r"|(?:exige|busca|procura|requer)-se|on (?:re)?cherche|exigimos|gesucht wird)"
    rf" (?:un[ae]? |uma? |eine? )?(?:perfil |profil |persona |{_ROLE_ABROAD} )?{_AT_LEVEL}?(?P<needed>{_PLAIN})\b"
    rf"{_OF_PEOPLE}"
)
"""Statements in the word order of other languages than English."""
_LABEL_ABROAD = (
    r"(?:karriere|erfahrungs|senioritäts)[- ]?(?:stufe|level|niveau)|seniorität|berufserfahrungslevel"
    r"|(?:niveau|nivel|nível|livello) (?:d['’]|de |di )(?:experiencia|experiência|expérience|esperienza|s[eé]niorité"
    r"|seniority|senioridad|senioridade|carrera|carreira)|senioridade?|séniorité|ervaringsniveau"
)
_ASKED_FOR = (
    r"(?: (?:requerido|exigido|desejado|deseado|buscado|requis|souhaité|recherché|richiesto|profesional|profissional"
    r"|del puesto|da vaga|du poste|de la posición))?"
)
STATED = re.compile(
    r"\b(?:(?:seniority|experience|career|job|position|role) level|seniority|level of experience"
    rf"|{_LABEL_ABROAD}){_ASKED_FOR}"
    rf"\s{{0,3}}[:\-–\n]?\s{{0,3}}(?P<label>(?:{_WORDS})(?:[-–/ ]{{1,3}}senior level)?)\b"
    rf"|(?:^|\n)\W{{0,3}}(?:level|stufe|niveau|nivel|nível|livello|poziom){_ASKED_FOR}\s?:\s?(?P<stated>{_LEVELS_ALONE})\b"
    rf"|\bthis is an? (?:[\w-]+,? ){{0,3}}?(?P<role>{_WORDS})(?:[- ](?:to|or)[- ](?:mid|senior))?(?:[- ]level)?,?"
    rf" (?:[\w-]+,? ){{0,3}}?{_ROLE}\b"
    r"|\b(?=[eijms])(?<!not a )(?<!not an )(?<!n['’]t a )(?<!n['’]t an )"
    rf"(?P<level>(?:entry|junior|mid|senior|intermediate|early[- ]career)(?:[- ]level)?) {_ROLE}\b"
    r"|\b(?:look(?:ing)? for|seek(?:ing|s)?|hir(?:e|ing)|search(?:ing)? for|in search of|recruiting|apply for)"
    r":?\s{1,2}(?:for )?(?:an?|our|another|the) \(?(?:[\w-]+,? ){0,5}?(?P<sought>senior|junior|mid[- ](?:level|senior)"
    r"|entry[- ]level|early[- ]career)\b(?! (?:leader|manage|stakeholder|execut))"
    r"|\b(?:suchen|buscamos|procuramos|cherchons|recherchons|cerchiamo|zoeken|szukamy) (?:[\w-]+,? ){0,3}?"
    r"(?P<wanted>senior|s[êé]nior|junior|júnior|pleno|confirmée?|medior|starsz|młodsz)"
    r"|\bas (?:an?|our) (?P<as>senior|junior|mid[- ]level|entry[- ]level)\b(?! member)(?=[^.\n]{3,50}(?:, | )you\b)"
    r"|\n\W{0,3}an? (?P<line>senior|junior|mid[- ]level|early[- ]career)\b"
    r"|\bhir(?:ed|ing) at (?:an? |the )?(?P<at>senior|junior|mid|staff)[- ]level\b"
    r"|\b(?:designed|ideal|perfect|intended|suited) for (?:an? )?(?P<for>early[- ]career|entry[- ]level|junior"
    r"|mid[- ]level)\b"
    rf"|{_ABROAD}",
)
"""A statement of the level in words."""
TITLE_LINE = re.compile(
    r"(?:^|\n)\W{0,3}(?:job title|position(?: title)?|role(?: title)?|title|stelle|poste|puesto|cargo|vaga)\s?:\s?"
    r"(?P<title>[^/\n]{3,80})",
)
"""A title repeated in the text, at times with the level that the feed's title lacks."""
