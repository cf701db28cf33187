"""The statements of a workplace, by what they are worth. All but the title's and the field's read lower-case text.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
"""

import re

ROLE = r"(?:role|position|job|opportunity|post|vacancy|contract|project|assignment|internship)"
_OFFICE = r"(?:(?:the|our|an?|its|your|their) )?(?:[\w-]+ ){0,3}(?:office|hq|headquarters|site|studio|hub)s?"
_FEW = r"(?:[1-4]|one|two|three|four|several|few)(?:\s?(?:-|–|to|or)\s?(?:\d|two|three|four|five))?\+?(?: full)?"
_LABEL = (
    r"(?:(?:job |work(?:ing)? )?locations?(?: type| category)?|workplace(?: type)?|work(?:ing)? (?:mode|model"
    r"|setting|type"
    r"|arrangement|style|format)|arbeitsort|arbeitsmodell|einsatzort|standort|lieu(?: de travail)?|ubicación"
    r"|modalidade?"
    r"(?: de trabal?[jh]o)?|formato(?: de trabal?[jh]o)?|regime|contratação|local(?: de trabalho)?|sede|tryb pracy"
    r"|lokalizacja|werkplek)"
)
_GAP = r"\W{1,4}(?:[\w, /-]{0,30}[^\w\n])?"
_NOT_WORK = (
    r"(?! (?:operation|sens|monitor|support(?! (?:role|position))|patient|access|control|device|team|desktop|server"
    r"|communic"
    r"|infrastr|candidate|interview|meeting|employee|worker|setting|area|location|site|learning|proctor|kommunik"
    r"|office(?!-)|user)\w*)"
)

UNAVAILABLE = (
    r"(?:currently )?not (?:currently )?(?:possible|available|an option|considered|offered|permitted|allowed"
    r"|supported|accepted)\b"
)

TITLE = re.compile(
    r"(?P<hybrid>\bhybrid\b(?! cloud| work| search| fund)|\bhybride?\b(?=\W*$)|\bhíbrid[oa]\b|\bhybrydow\w+)"
    r"|(?P<onsite>\bon-?site\b|\bin[- ](?:office|person)\b|\bsur site\b|\bvor ort\b|\bpresencial\b|\bstacjonarn\w+)"
    r"|(?P<remote>\b(?:fully |100 ?% )?remote(?:ly)?\b"
    r"(?! (?:operation|sens|monitor|support|patient|access|control|device|infrastr)\w*)"
    r"|\bwork (?:from|at) (?:home|anywhere)\b|\bwfh\b|\bhome[- ]?(?:office|based)\b|\bà distance\b|\btélétravail\b"
    r"|\bremot[oa]\b|\bteletrabajo\b|\bzdaln\w+|\banywhere\b|\btelecommut\w+)",
    re.IGNORECASE,
)
FIELD = re.compile(
    r"(?P<hybrid>\bhybrid\b|\bhíbrid[oa]\b)|(?P<onsite>\bon-?site\b|\bin[- ]office\b|\bpresencial\b)"
    r"|(?P<remote>\bremot[eoa]\b|\banywhere\b|\bworldwide\b|\bhome[- ]?(?:office|based)\b|\bvirtual\b"
    r"|\bwork (?:from|at) home\b|\btelecommut\w+)",
    re.IGNORECASE,
)

TAG = re.compile(r"#(?:li|bi)[-_ ]?(?:(?P<hybrid>hybrid)|(?P<onsite>on-?site)|(?P<remote>remote))\b")
"""The tags that recruiters set for LinkedIn: statements about the one posting."""

OPTION = re.compile(
    r"\b(?:remote(?:ly)?(?:, | |/| / )(?:or )?(?:hybrid|on-?site|in[- ]office|in[- ]person)\b"
    r"|remote(?:ly)? or (?:from |at |in |out of |based )"
    r"|(?:open|offered) (?:to|as) (?:fully |100 ?% )?remote\b|remote[- ](?:optional|possible|option)\b"
    r"|option (?:to work|of working) (?:fully |100 ?% )?remote(?:ly)?\b|hybrid,? (?:or )?home[- ]based\b"
    r"|\b(?:but|and) (?:we(?:['’]re| are)?(?: also)?|also)(?: embrace being)? remote[- ]friendly\b"
    r"|remote (?:oder|ou|o) (?:im|in|au|en|vor|híbrido|presencial|hybrid)\b)"
    rf"|,? or (?:fully |100 ?% |be |work(?:ing)? )?remote(?:ly)?\b{_NOT_WORK}(?! (?:piloted|users|or)\b)",
)
"""Remote work among what one may choose: whoever wants it gets it."""

NUMBER = re.compile(r"[1-4]|\b(?:one|two|three|four|several|few|once|twice|zwei|drei)\b")
DAYS = re.compile(
    rf"\b(?:{_FEW} (?:days?|times?|x)(?:(?: (?:a|per|each|every|/) ?| ?/ ?)week| weekly)?,? (?:working |spent "
    rf"|physically )?"
    rf"(?:in|at|from|on)[- ]?(?:site|person|{_OFFICE})\b"
    rf"|(?:in|at)[- ](?:{_OFFICE}|person)[ ,(]{{1,2}}(?:at least |for |about |around |up to )?{_FEW} ?(?:days?"
    rf"|times?|x)\b"
    rf"|(?:in|into|to) {_OFFICE},?\s\(?(?:at least |around |about )?(?:once|twice|[1-4]x|{_FEW} (?:times|days))"
    r" (?:a|per|each|every) week\b|offices? regularly \([1-4]x per week\)"
    rf"|{_FEW} days?(?: (?:a|per|each) week)? (?:remote|from home|wfh|home ?office)\b"
    r"|(?:[1-4]|zwei|drei)(?: ?[-–] ?\d| bis (?:zu )?\d)?[ -]tagen?(?: (?:pro|die|in der|je) woche| wöchentlich)?"
    r" (?:im (?:[\w-]+ )?(?:büro|homeoffice|home office)|vor ort|homeoffice|home[- ]office|remote|mobil)\b"
    r"|(?:im büro|vor ort|homeoffice|home[- ]office)[ :(](?:an |bis zu )?[1-4](?: ?[-–] ?\d)? tagen?\b"
    r"|[1-4](?: ?(?:à|ou|-) ?\d)? jours?(?: (?:par|de la) semaine| ?/ ?sem\w*)? (?:de |en |sur )?"
    r"(?:télétravail|remote|présentiel|site|au bureau|bureau)\b"
    r"|[1-4](?: ?(?:a|o|-) ?\d)? días?(?: (?:a la|por) semana)? (?:de |en |desde )?(?:teletrabajo|la oficina|oficina"
    r"|presencial\w*|remoto|casa)\b"
    r"|[1-4](?:x| dias?| vezes)(?: (?:por|na) semana)? (?:no escritório|presencia\w+|em home office|de home office"
    r"|remoto)\b"
    r"|[1-4] giorni(?: (?:a|alla) settimana)? (?:di |in |da )?(?:smart working|remoto|ufficio|sede|presenza)\b"
    r"|[1-4] dagen(?: per week)? (?:op kantoor|thuis\w*)\b|[1-4] dni(?: w tygodniu)? (?:z biura|w biurze|zdaln\w+"
    r"|z domu)\b)",
)
"""Some days of the week in the office, or at home: hybrid, whatever it is called."""

RARELY = re.compile(r"\W{0,3}(?:a|an|per|every|each|once a) (?:other )?(?:month|quarter|year)")
"""After such days: a visit, and no part of the week."""

_MODE = r"(?:modalidad|modelo|formato|regime|esquema|trabalho|trabajo|vaga)"
HYBRID_SAID = re.compile(
    rf"\b(?:hybrid (?:[\w-]+ )?{ROLE}\b(?! (?:that|which|of|blend|between|combin|where you|within))"
    rf"|{ROLE} is (?:a )?hybrid\b(?! of)|{_LABEL}{_GAP}h[yí]brid[oa]?\b"
    rf"|{_MODE} (?:de trabal?[jh]o )?híbrid[oa]\b|hybrid (?:in|from|at|out of) (?P<capital>))|\(hybrid\b",
)
HYBRID_WAY = re.compile(
    r"\b(?:(?<!remote-first )hybrid (?:[\w-]+ )?(?:working|work|workplace|model|schedule|set-?up|basis|arrangement"
    r"|policy|environment"
    r"|office)\b"
    r"(?! (?:allow|that))|hybride[sn]? (?:arbeit|modell|werk)\w*|(?:travail|mode|modèle) hybride\b"
    r"|télétravail (?:partiel|possible)\b|lavoro ibrido\b|hybrydow\w+|home ?-?office[- ](?:möglich|anteil|regel"
    r"|option|tage)\w*"
    r"|mobiles arbeiten\b|teletrabajo parcial\b|smart working\b)",
)
HYBRID_WEAK = re.compile(r"\bhybrid work(?:ing|place)?\b|\bwork\w* in a hybrid way\b")

ONSITE_SAID = re.compile(
    rf"\b(?:(?:fully|100 ?%|entirely|always) (?:on-?site|in[- ]person)\b|(?:on-?site|in-?office|in-person) {ROLE}\b"
    rf"|{ROLE} (?:is|will be|requires) (?:an? )?(?:fully |100 ?% )?(?:on-?site|in[- ]office|in[- ]person"
    rf"|office[- ]based)\b"
    rf"|not (?:an? )?(?:remote|hybrid)(?: {ROLE})?\b(?! only)|no remote\b"
    rf"|remote(?: work(?:ing)?| options?| arrangements?| employment)? (?:is|are) {UNAVAILABLE}"
    rf"|(?:5|five) days (?:(?:a|per|each|every) week )?(?:in|at|from) (?:person|{_OFFICE})\b"
    rf"|in[- ]office full[- ]time\b"
    rf"|{_LABEL}{_GAP}(?:on-?site|presencial|vor ort|sur site)\b|(?:from|in) (?:the|our) office is required\b"
    rf"|(?:100 ?%|{_MODE}|de forma|forma) presencial\b|poste (?:est )?en présentiel\b"
    r"|praca stacjonarna\b|100 ?% in presenza\b|ausschließlich vor ort\b)|\(on-?site\b",
)
ONSITE_WAY = re.compile(
    r"\b(?:(?:position|role|job|you(?:'ll| will)?) (?:is |be |will be )?(?:based|located) (?:at|in|out of) (?:our|the)"
    r" (?:[\w-]+ ){0,3}(?:office|hq|headquarters)\b|(?:almost )?always in[- ]person\b"
    r"|in[- ]person (?:team|culture|company|environment)\b)|(?:^|[.\n] ?)based in our (?:[\w-]+ ){0,2}office\b",
)

REMOTE_SAID = re.compile(
    rf"\b(?:(?<!not )(?<!quite )(?:fully|100 ?%|entirely|completely|full)[- ]remote\b(?! (?:company|team|first"
    rf"|organi|workforce))"
    rf"|{ROLE} (?:is|will be|can be|may be|is designated as|operates)(?: performed| done| based"
    rf"| offered)?(?: in)?(?: an?)?"
    r" (?:fully |100 ?% |completely |entirely |primarily )?(?:remote(?:ly)?|virtual|home[- ]based"
    r"|telework)\b(?![- ]first)"
    rf"|(?<!not a )(?<!not )(?<!no )(?:remote|home[- ]based|work[- ](?:from|at)[- ]home"
    rf"|telework)(?:,? [\w-]+){{0,2}},? {ROLE}\b"
    rf"|{ROLE} isremote\b|\bhiring remotely for this {ROLE}\b"
    rf"|(?:looking for|seeking|hiring) an? (?:[\w-]+ ){{0,2}}remote\b(?![- ]first){_NOT_WORK}"
    r"|this is an? (?:[\w-]+,? ){0,4}?remote\b(?![- ]first)|(?:to|can|will|you'll|be) work(?:ing)? (?:fully |100 ?% "
    r"|completely )?remotely\b"
    rf"|{_LABEL}{_GAP}(?:100 ?% |fully )?remot[eoa]\b|remote (?:to|within|across|anywhere|from"
    rf"|in) (?:the )?(?P<capital>)"
    r"|remote\s?[-–—|:,(]\s?(?P<capital_too>)|works? mostly in a work[- ]from[- ]home\b|can be (?:based"
    r"|located) (?:from )?anywhere\b"
    rf"|(?:{_MODE}|de forma) (?:remot[oa]|teletrabajo)\b|100 ?% (?:remoto|télétravail|homeoffice|à distance"
    rf"|teletrabajo)\b"
    r"|télétravail complet\b|vollständig remote\b|praca zdalna\b|w pełni zdaln\w+|volledig remote\b)"
    rf"|(?:^|\n)\W{{0,4}}(?:100 ?% |fully )?remote\b(?![- ](?:first|friendly|native"
    rf"|flexible)){_NOT_WORK}[^\n.]{{0,55}}(?=$|\n)"
    rf"|(?:^|\n)remote\b{_NOT_WORK} (?P<capital_next>)"
    r"|[-–—|·(] ?(?:100 ?% |fully )?remote\b(?=\s?(?:[)|·–—\n-]|$|based|work\b|only))",
)
REMOTE_WAY = re.compile(
    r"\b(?:work(?:ing|s)? (?:fully |100% )?remotely\b|work (?:from|at) home\b(?! (?:stipend|budget|allowance|set))"
    r"|(?<!could )work (?:from )?(?:anywhere|wherever)\b|from a home office\b|telework\b|arbeite\w* remote\b"
    r"|work[- ]from[- ]home\b(?! (?:stipend|budget|allowance|set|days?))"
    r"|(?:das|aus dem|im) homeoffice\b|da remoto\b|thuiswerk\w+|zdaln\w+|télétravail\b(?! part| poss)"
    r"|(?:travail\w*|emploi|poste|joindre|entièrement) (?:\w+ ){0,2}à distance\b|(?<!de )teletrabajo\b(?! par)"
    r"|teletrabalho\b)",
)
REMOTE_WEAK = re.compile(
    r"\b(?:(?:100 ?%|fully|all|completely|full)[- ]remote\b|remote[- ](?:first|native|friendly|flexible"
    r"|work(?! exp)\w*|team"
    r"|company|environment|setting|candidate|option|opportunit)\w*|(?:work|performed?|operate)\b[\w ]{0,20}\bremotely\b"
    r"|distributed team\b|remote\b(?=\W*(?:\n|$))|remote (?:and|or) (?:flexible|hybrid)\b(?! (?:position|role))"
    r"|remotely join\b|virtual[- ]first\b|home ?office (?:reimburs|stipend|set-?up|allow)\w*)",
)
"""What a company says of its ways; counts where nothing else does."""

CONDITIONAL = re.compile(
    r"\bif (?:you|they|the candidate)(?:'re|’re| are)? (?:\w+ )?(?:live|based|located|near|local|in|close|within)"
    r"|\b(?:employees?|teammates?|team members?|those|people|candidates?|staff|hires|individuals|anyone|colleagues)"
    r"(?: who)?(?: are| is)? (?:based|located|living|live|near|within|local|in)\b"
    r"|-based (?:teammates|employees|team|colleagues|staff|candidates)|\bwithin (?:\d+|a commut|commut)"
    r"|\bnear (?:an?|our|one of)\b|\bfor (?:most|some) (?:positions|roles)\b|\bfrom (?:wherever|anywhere)\b"
    r"|\bremote[- ]first\b|\bdepending on (?:the |your )?(?:role|team|location)\b",
)
"""Hybrid for those who live near an office, or who like: no word about the others."""

DENIED = re.compile(rf"[^.\n]{{0,30}}\b(?:is|are) {UNAVAILABLE}")
"""Behind remote work: there is none."""
PAST = re.compile(r"\b(?:experience|experienced|background|comfortable|familiar\w*|proven|track record)\b[^.\n]{0,60}$")
"""Before the ways of a company: what one has done elsewhere."""

FOR_A_WHILE = re.compile(
    r"\b(?:\d+|one|two|three|four|six|several|few) (?:\w+ )?(?:days|weeks|months)\b(?! (?:a|per|each|every) week)"
    r"|\babroad\b|\bin exceptional cases\b",
)
"""A benefit for some weeks of the year, and no workplace: `work from anywhere for four weeks`."""
AT_TIMES = re.compile(r"\boccasional\w*|\bfrom time to time\b")
"""Said before: `occasional remote work`. Said after, it is the office that is visited at times."""
