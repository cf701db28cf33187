"""The words that name a form of employment, and the sentences that state it.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish. All patterns read lower-case text.
"""

import re

from schemas.posting import Employment

SPECIFIC_FIRST: tuple[Employment, ...] = (
    "internship", "freelance", "contract", "temporary", "part_time", "full_time",
)  # fmt: skip
"""Of several forms that are stated the most specific counts: a full-time contractor is on a contract."""

_WORDS: tuple[tuple[Employment, str], ...] = (
    ("internship", r"intern(?:ship)?s?\b|praktik(?:um|ant)\w*|pflichtpraktik\w*|stagiaires?\b|stage\b|est[áa]gi\w+"
                   r"|prácticas\b|becari[oa]\b|pasant[ei]\w*|practicante\b|tirocin\w+|stagiair\b|staż\w*"),
    ("freelance", r"freelanc(?:e|er|ers|ing)\b|freiberuf\w+|freie mitarbeit\w*|self[- ]employed\b"
                  r"|autónom[oa]\b|autônom[oa]\b|freelas?\b|indépendant\b|partita iva\b|zzp\w*"),
    ("contract", r"(?<!hour )(?<!hours )contract(?:or|ors)?\b|contracting (?:role|position|basis)\b|1099\b"
                 r"|fixed[- ]term\b|b2b[- ]contract\b|contrat b2b"
                 r"|(?:kontrakt\w*|umowa) b2b|befristet\w*"
                 r"|c2c\b|corp[- ]to[- ]corp\b|cdd\b|contrat à durée déterminée|tempo determinato\b|pj\b"
                 r"|plazo fijo\b|prazo determinado\b|umowa (?:zlecenie|o dzieło)|tijdelijk\w*"),
    ("temporary", r"temp\b|temporary\b|seasonal\b|interim\b|intérim\w*|zeitarbeit\b|aushilfe\w*|contrato temporal\b"
                  r"|temporári[oa]\b|eventual\b|(?:maternity|parental|paternity|mat) (?:leave )?cover\b"),
    ("part_time", r"part[- ]?time\b|teilzeit\w*|minijob\w*|geringfügig\w*|temps[- ]partiel\b|media jornada\b"
                  r"|medio tiempo\b|(?:jornada|tiempo|tempo|período) parcial\b|meio período\b|deeltijd\b"
                  r"|niepełny etat\b|zero[- ]hours?\b|per[- ]diem\b|prn\b|casual\b"),
    ("full_time", r"full[- ]?time\b|vollzeit\w*|temps (?:plein|complet)\b|jornada completa\b|tiempo completo\b"
                  r"|(?:tempo|período|jornada) integral\b|tempo pieno\b|voltijd\b|(?<!nie)pełny etat\b"),
)  # fmt: skip
WORDS = tuple((form, re.compile(rf"\b(?:{words})")) for form, words in _WORDS)

STUDENT = re.compile(r"\b(?:werkstudent\w*|working student|student (?:job|worker|assistant))\b")
"""Part-time work beside one's studies, where nothing else is said."""

NOT_THE_FORM = re.compile(
    r"\bcontracts? (?:manag|admin|special|complian|negoti|law|attorney|counsel|coordinat|analyst|officer|engineer"
    r"|review|draft|renew|lifecycle|term|value|vehicle)\w*|\b(?:smart|data|government|commercial|vendor|client|customer"
    r"|employment|labou?r)[- ]contracts?\b|\b(?:interim|temp(?:orary)?) (?:staffing|manage\w*)"
    r"|\bcontract (?:manufactur|research)\w*"
    r"|\b(?:general|sub|building|defense|federal)[- ]?contractors?\b"
    r"|\bcontractors? (?:manage|complian|payment|success|sales|relation)\w*"
    r"|\binterns? program\w*|\bcasual (?:dress|game|gaming|atmosphere|work|wear|fri|environment|convers)\w*"
    r"|\b(?:early|late|growth|seed|any|each|every|this|which|on|next|first|centre|center) stage\b"
    r"|\bstage (?:company|start)\w*"
    r"|\b(?:no|not an?|non)[- ](?:contract|freelance|temporary|part[- ]?time)\w*",
)
"""Contracts, interns and stages that the work is about, not its form."""

_FIELD: tuple[tuple[Employment, str], ...] = (
    ("internship", r"intern(?!a)|trainee|apprentice|student|stage\b|praktik|estág|prácticas|becari"),
    ("freelance", r"freelanc|freiberuf|self[-_ ]employ"),
    ("part_time", r"part|teilzeit|per[ _-]?diem|minijob|jornada parcial"),
    ("contract", r"contract|fixed|b2b|befrist(?!.*unbefrist)|cdd|temporary[-_ ]contract"),
    ("temporary", r"temp|season|casual|interim"),
    ("full_time", r"full|vollzeit|jornada completa|tempo integral"),
)
FIELD = tuple((form, re.compile(words)) for form, words in _FIELD)

LABEL = re.compile(
    r"(?:^|\n|[.•|] ?)\W{0,3}(?:employment(?: type| status)?|job type|contract type"
    r"|type of (?:employment|contract|position)"
    r"|type|schedule|position type|job contract type|time type|engagement(?: type)?|contract|commitment|vertragsart"
    r"|anstellungsart|beschäftigungsart|arbeitszeit|type de contrat|contrat"
    r"|tipo de (?:contrat[oa]|contratação|jornada|vaga)"
    r"|jornada|modalidade?|tipo di contratto|contratto|dienstverband|status)"
    r"\s{0,2}[:\-–\n]\s{0,2}(?P<value>[^\n]{2,60})",
)
_ROLE = r"(?:position|role|opportunity|job|basis|vacancy|hire|contract(?!,| type)|employment|internship|work)"
PHRASE = re.compile(
    r"\b(?:"
    r"(?:full[- ]?time|part[- ]?time|freelance|fixed[- ]term|temporary|seasonal|casual|per[- ]diem)\b"
    rf"[\w ,/()-]{{0,30}}?\b(?:{_ROLE}|assignment)\b(?! (?:from|schedule|environment|experience))"
    r"|contracting (?:role|position|basis)\b"
    r"|contract(?:or)?(?: \w+)? (?:role|position|opportunity|job|basis|assignment|engagement)\b"
    r"|(?P<said>this is an?|(?:position|role|job) (?:is|will be)(?: an?)?)\s+(?:[\w-]+,?\s){0,3}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|independent contractor|contractor|contract"
    r"|contracting (?:role|position)|temporary|seasonal)\b"
    r"|(?:work(?:ing)?|available) (?:full|part)[- ]?time\b|(?:hired|engaged|as an?)\s+(?:[\w-]+,?\s){0,2}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|independent contractor|contractor)\b"
    r"|(?:need|seek(?:s|ing)?|looking (?:for|to hire)|hir(?:e|ing))(?: an?)? (?:[\w-]+,?\s){0,4}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|contractor)\b"
    r"|(?:\d{1,2}|one|two|three|six|nine|twelve|eighteen)\+?[- ](?:months?|weeks?|years?)(?:['’]s?)?[- ]"
    r"(?:(?:fixed|initial|rolling|term|limited|renewable|freelance)[- ]){0,2}contract\b"
    r"|contract[- ]to[- ](?:hire|perm\w*)|fixed[- ]term contract\b|zero[- ]hours? contract\b"
    r"|independent contractor (?:agreement|status|position|role|basis|opportunity)"
    r"|(?:contract\w*|basis|on|as|an?)[ ,(]{1,3}1099\b|1099 (?:contract|basis|position|role|employ|independent|status)"
    r"|(?:w-?2|1099)[ /,or]{1,5}c2c\b|corp[- ]to[- ]corp\b"
    r"|(?:in|auf|als) (?:vollzeit|teilzeit|minijob|freiberuf|freier? mitarbeit)\w*|(?:voll|teil)zeit(?=$|[,.;)/|\n])"
    r"|(?<!un)befristet\w* (?:auf|bis|für|vertrag|stelle|anstellung|arbeits)"
    r"|(?:en|contrat|poste|un) (?:cdd|freelance|stage|intérim)\b|à temps (?:plein|partiel|complet)\b"
    r"|(?:jornada (?:completa|parcial|integral)|media jornada|tiempo (?:completo|parcial)|medio tiempo"
    r"|(?:tempo|período) (?:integral|parcial|pieno)|meio período)\b"
    r"|contrato (?:temporal|pj|de prácticas|de estágio|por prazo determinado|a plazo fijo)\b"
    r"|(?:regime|contratação|modelo):? pj\b|a tempo determinato\b"
    r"|op freelance ?basis\b|in (?:deel|vol)tijd\b|tijdelijk contract\b"
    r"|umowa (?:zlecenie|o dzieło)|(?:nie)?pełny etat\b|(?:kontrakt\w*|umowa) b2b\b)",
    re.MULTILINE,
)
"""Sentences on the role; the whole match is then read for the forms that it names."""
HEAD = re.compile(
    r"(?:(?:^|\n)[^\w\n]{0,6}|[|·–—-] ?|, ?(?!freel|contr))"
    r"(?P<form>full[- ]?time|part[- ]?time|freelancer?|contractor|vollzeit|teilzeit"
    r"|temps plein|temps partiel|jornada completa|tempo integral)"
    r"(?=[ ]?(?:[|·/\n;.(–—]|,(?! (?:or|and|contract|freelance|temp|part|casual|intern))|-\s|$| with\b| offered"
    r"| contract\b| position\b| role\b))",
)
"""A form by itself in a line, or in a list of facts: `Remote, Lisbon, Full Time`."""
TAG = re.compile(r"#li-(full-?time|part-?time|contract)\b")
HOURS = re.compile(
    r"(?<![\d-])(\d{1,2})(?:\s?(?:-|–|to|bis|à|a)\s?(\d{1,2}))?(?:[.,]\d)?\+?"
    r"\s?(?:hours|hrs|h|stunden|heures|horas|uren)\b"
    r"\s?(?:/|per|a|an|each|pro|par|por)?\s?(?:week|weekly|woche|semaine|semana)"
)
