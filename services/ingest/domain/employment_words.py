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
                   r"|prácticas\b|becari[oa]\b|pasant[ei]\w*|practicante\b|tirocin\w+|stagiair\b|staż\w*|alternance\b"
                   r"|alternante?\b|(?:contrat|en) d?['’]?apprentissage\b"
                   r"|apprentice(?:ship)?\b|auszubildende\w*|azubis?\b|ausbildung (?:als|zu[mr])\b"),
    ("freelance", r"freelanc(?:e|er|ers|ing)\b|freiberuf\w+|freie mitarbeit\w*|self[- ]employed\b"
                  r"|autónom[oa]s?\b|autônom[oa]s?\b|freelas?\b|indépendant\b|partita iva\b|zzp\w*|freelance basis\b"
                  r"|contrato mercantil\b|honorarbasis\b"),
    ("contract", r"(?<!hour )(?<!hours )contract(?:or|ors)?\b|contracting (?:role|position|basis)\b|1099\b"
                 r"|fixed[- ]term\b|months? ftc\b|\Ab2b(?=\W{1,3}(?:\d|pln|eur|usd|gbp))|ir35\b|w-?2[- ]contract"
                 r"|b2b[- ](?:contract|basis|cooperation)\b|contrat b2b"
                 r"|(?:kontrakt\w*|umowa) b2b|befristet\w*"
                 r"|c2c\b|corp[- ]to[- ]corp\b|cdd\b|contrat à durée déterminée|tempo determinato\b|pj\b"
                 r"|plazo fijo\b|(?:por )?obra (?:o|y) servicio\b|a termo (?:in)?certo\b|prazo determinado\b"
                 r"|umowa (?:zlecenie|o dzieło)"
                 r"|tijdelijk\w*"),
    ("temporary", r"temp\b|saisonni(?:er|ère)\b|saison(?:kraft|stelle|arbeit|vertrag)\w*"
                  r"|temporary\b|seasonal\b|interim\b|intérim\w*|zeitarbeit\b|aushilfe\w*|contrato temporal\b"
                  r"|(?:puesto|trabajo|empleo|vacante) temporal\b|temporári[oa]\b|contrato de (?:sustitución"
                  r"|interinidad)\b|eventual\b|(?:maternity|parental"
                  r"|paternity|mat) (?:leave )?cover\b"),
    ("part_time", r"part[- ]?time\b|part-?(?= ?(?:or|/|and|&|of|und) ?full)|teil-?(?= ?(?:oder|/|und|bzw\.?) ?vollzeit)"
                  r"|(?<=plein ou )partiel\b|(?<=plein ou à temps )partiel\b|(?<=completa o )parcial\b"
                  r"|(?<=completo o )parcial\b"
                  r"|(?<=integral ou )parcial\b|(?<=pieno o )parziale\b|teilzeit\w*|minijob\w*|geringfügig\w*"
                  r"|temps[- ]partiel\b|media jornada\b"
                  r"|medio tiempo\b|(?:jornada|tiempo|tempo|período) parcial\b|meio período\b|deeltijd\b"
                  r"|niepełny etat\b|zero[- ]hours?\b|per[- ]diem\b|prn\b|casual\b"),
    ("full_time", r"full[- ]?time\b|full-?(?= ?(?:or|/|and|&|of|und) ?part)|voll-?(?= ?(?:oder|/|und|bzw\.?) ?teilzeit)"
                  r"|vollzeit\w*|temps (?:plein|complet)\b|jornada completa\b|tiempo completo\b"
                  r"|(?:tempo|período|jornada) integral\b|tempo pieno\b|voltijd\b|(?<!nie)pełny etat\b|pełen etat\b"),
)  # fmt: skip
WORDS = tuple((form, re.compile(rf"\b(?:{words})")) for form, words in _WORDS)

STUDENT = re.compile(
    r"\b(?:werkstudent\w*|working student|student (?:job|worker|assistant)|studentische (?:hilfskraft|aushilfe))\b"
)
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
    ("part_time", r"(?:werk|working[-_ ])student"),
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
_LENGTH = (
    r"(?:\d{1,2}|one|two|three|six|nine|twelve|eighteen|une?|deux|trois|quatre|six|neuf|douze|dix-huit|sechs|zwölf)"
)
"""How many months, weeks or years."""
_ROLE = r"(?:position|role|opportunity|job|basis|vacancy|hire|contract(?!,| type)|employment|internship|work)"
PHRASE = re.compile(
    r"\b(?:"
    r"(?:full[- ]?time|part[- ]?time|freelance|fixed[- ]term|temporary|seasonal|casual|per[- ]diem)\b"
    rf"[\w ,/()-]{{0,30}}?\b(?:{_ROLE}|assignment)\b(?!(?<=work) from\b| (?:schedule|environment|experience)\b)"
    r"|contracting (?:role|position|basis)\b"
    r"|contract(?:or)?(?: \w+)? (?:role|position|opportunity|job|basis|assignment|engagement)\b"
    r"|(?P<said>this is an?|(?:position|role|job) (?:is|will be)(?: an?)?)\s+(?:[\w-]+,?\s){0,3}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|independent contractor|contractor|contract"
    r"|contracting (?:role|position)|temporary|seasonal)\b"
    r"|(?:work(?:ing)?|available) (?:full|part)[- ]?time\b|(?:hired|engaged|as an?)\s+(?:[\w-]+,?\s){0,2}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|independent contractor|contractor)\b"
    r"|(?:need|seek(?:s|ing)?|looking (?:for|to hire)|hir(?:e|ing))(?: an?)? (?:[\w-]+,?\s){0,4}?"
    r"(?:full[- ]?time|part[- ]?time|freelanc\w+|contractor)\b"
    rf"|{_LENGTH}\+?[- ](?:months?|weeks?|years?)(?:['’]s?)?[- ]"
    r"(?:(?:fixed|initial|rolling|term|limited|renewable|freelance)[- ]){0,2}(?:contract|ftc)\b"
    rf"|fixed[- ]term[ ,:(–-]{{1,3}}(?:for |of |period of |contract of )?{_LENGTH}\b|(?:outside|inside)(?: of)? ir35\b"
    r"|(?:b2b|w-?2)[- ](?:contract|basis|cooperation)\b(?! (?:negoti|manag|sales|value|renew|law))"
    r"|contract[- ]to[- ](?:hire|perm\w*)|fixed[- ]term contract\b|zero[- ]hours? contract\b"
    r"|independent contractor (?:agreement|status|position|role|basis|opportunity)"
    r"|(?:contract\w*|basis|on|as|an?)[ ,(]{1,3}1099\b|1099 (?:contract|basis|position|role|employ|independent|status)"
    r"|(?:w-?2|1099)[ /,or]{1,5}c2c\b|corp[- ]to[- ]corp\b"
    r"|(?:in|auf|als) (?:vollzeit|teilzeit|minijob|freiberuf|freier? mitarbeit)\w*|(?:voll|teil)zeit(?=$|[,.;)/|\n])"
    r"|(?:voll-? ?(?:oder|/|und|bzw\.?) ?teil|teil-? ?(?:oder|/|und|bzw\.?) ?voll)zeit\b"
    r"|full-? ?(?:or|/|and|&|of) ?part[- ]?time\b|part-? ?(?:or|/|and|&|of) ?full[- ]?time\b"
    r"|(?:zunächst|vorerst) befristet\w*|(?:voll|teil)zeit(?:stelle|job|position|anstellung|kraft)\b"
    r"|geringfügig\w* beschäftig\w+|temp[- ]to[- ](?:perm\w*|hire)\b|contrato (?:mercantil|de sustitución"
    r"|de interinidad)\b"
    r"|contrat à durée déterminée\b|a termo (?:in)?certo\b|day[- ]rate contract\b|auf honorarbasis\b"
    r"|(?:maternity|parental|paternity|mat)(?: leave)? cover\b(?= (?:for|contract|position|role|until)|[.,;(\n]|$)"
    r"|(?:emploi|poste|contrat|cdd|travail) saisonni(?:er|ère)\b|saison(?:kraft|stelle|vertrag)\b"
    r"|(?:lavoro|posto|contratto|impiego) (?:part|full)[- ]time\b|(?:estágio|prácticas|stage"
    r"|tirocinio) (?:remunerad\w+|obrigatório|curricular\w*"
    r"|profissional"
    r"|profesionales|rémunéré|conventionné|retribuito)\b|als (?:werkstudent|aushilfe)\w*"
    r"|(?<!un)befristet\w* (?:auf|bis|für|vertrag|stelle|anstellung|arbeits)"
    r"|(?:en|contrat|poste|un|missions?|prestations?|statut|colaboración|modalidad) (?:cdd|freelance|stage|intérim"
    r"|indépendant)\b"
    rf"|stage ?:? (?:de |d['’]une durée de )?{_LENGTH}(?: à {_LENGTH})? mois\b"
    r"|(?:contrat|poste|contrats|mission) (?:en |d['’])(?:alternance|apprentissage)\b"
    rf"|cdd,? (?:de |d['’]|pour |jusqu)?{_LENGTH}"
    r"|(?:à|cdi|cdd|contrat|poste|indéterminée|déterminée)[ ,–-]{1,3}temps (?:plein|partiel"
    r"|complet)\b(?: ou (?:à temps )?partiel\b)?"
    r"|(?:jornada (?:completa(?: o parcial)?|parcial|integral)|media jornada|tiempo (?:completo(?: o parcial)?|parcial)"
    r"|medio tiempo"
    r"|(?:tempo|período) (?:integral(?: ou parcial)?|parcial|pieno(?: o parziale)?)|meio período)\b"
    r"|(?:contrato|alta|régimen|colaboración|contratamos|trabajas|trabalho)[\w ]{0,14} (?:como|de|en) autónom[oa]s?\b"
    r"|(?:contrato|contratos) (?:por|de) obra (?:o|y) servicio\b"
    r"|(?:puesto|trabajo|empleo|vacante|vaga|trabalho|posto|posição|contratação|contrato) tempor(?:al|ári[oa])\b"
    r"|contrato (?:temporal|pj|de prácticas|de estágio|por prazo determinado|a plazo fijo)\b"
    r"|(?:regime|contratação|modelo):? pj\b|a tempo determinato\b"
    r"|op freelance ?basis\b|in (?:deel|vol)tijd\b|tijdelijk contract\b"
    r"|umowa (?:zlecenie|o dzieło)|(?:nie)?pełny etat\b|pełen etat\b|(?:kontrakt\w*|umowa) b2b\b)",
    re.MULTILINE,
)
"""Sentences on the role; the whole match is then read for the forms that it names."""
HEAD = re.compile(
    r"(?:(?:^|\n)[^\w\n]{0,6}|[|·–—-] ?|, ?(?!freel|contr))"
    r"(?P<form>full[- ]?time|part[- ]?time|freelancer?|contractor|vollzeit|teilzeit|minijob|befristet"
    r"|werkstudent(?:in)?|prn|per[- ]diem"
    r"|temps plein|temps partiel|jornada completa|tempo integral)"
    r"(?=[ ]?(?:[|·/\n;.(–—]|,(?! (?:or|and|contract|freelance|temp|part|casual|intern))|-\s|$| with\b| offered"
    r"| contract\b| position\b| role\b))",
)
"""A form by itself in a line, or in a list of facts: `Remote, Lisbon, Full Time`."""
FIRST = re.compile(
    r"(?:^|\n)[^\w\n]{0,6}(?P<form>(?:contract|(?<!• )b2b|1099|w-?2 contract|c2c|corp-to-corp|fixed[- ]term|ftc"
    r"|seasonal|temporary"
    r"|intérim|cdd|interim|internship|praktikum|alternance|estágio|prácticas|tirocinio)"
    r"(?! (?:of|and|or)\b))(?= ?(?:$|[|·\n(–—]|\.\n|- |, ?(?:[\d£$€]|gbp|usd|eur|chf|remote|hybrid|on-?site|inside"
    r"|outside|full"
    r"|part|long|short|initial|until|temps)))",
)
"""Words that mean other things in a list: a form where a line begins with them and goes on with facts."""
TAG = re.compile(r"#li-(full-?time|part-?time|contract)\b")
HOURS = re.compile(
    r"(?<![\d-])(\d{1,2})(?:\s?(?:-|–|to|bis|à|a)\s?(\d{1,2}))?(?:[.,]\d)?\+?"
    r"[\s-]?(?:hours?|hrs|h|stunden|heures|horas|uren|ore|godzin)\b"
    r"[\s-]?(?:/|per|a|an|each|pro|par|por|w)?\s?(?:week|weekly|wöchentlich|woche|semaine|semana(?:is|les)?"
    r"|settiman\w+|tygodni\w+)"
)
HOURS_LABEL = re.compile(
    r"(?:wochenarbeitszeit|wochenstunden|weekly hours|hours (?:per|a) week|heures (?:par semaine|hebdomadaires)"
    r"|horas semanais"
    r"|horas semanales|uren per week|^hours|\nhours)\s?:\s?(?:ca\.? )?(\d{1,2})(?:\s?(?:-|–|to|bis|à"
    r"|a)\s?(\d{1,2}))?(?![\d:])",
)
WORKLOAD = re.compile(
    r"(?<![\d.,–-])(?P<share>0[.,]\d{1,2}|1[.,]0|\d\d0? ?%) ?fte\b"
    r"|\b(?:arbeitspensum|pensum|beschäftigungsgrad|stellenumfang|poste à|taux d['’]activité|taux d['’]occupation"
    r"|workload)"
    r"(?: ?: ?| de | von | of | )(?P<least>\d{2,3})(?: ?%? ?(?:-|–|à|bis|to) ?(?P<most>\d{2,3}))? ?%",
)
"""What part of full-time it is: `0.8 FTE`, `Pensum: 80-100 %`."""
