"""The statements of a workplace, by what they are worth. All but the title's and the field's read lower-case text.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
"""

import re
from functools import cache

from services.ingest.domain.workplace.days import all_week, office

ROLE = r"(?:role|position|job|opportunity|post|vacancy|contract|project|assignment|internship)"
_LABEL = (
    r"(?:(?:job |work(?:ing)? )?locations?(?: type| category)?|workplace(?: type)?|work(?:ing)? (?:mode|model"
    r"|setting|type"
    r"|arrangement|style|format)|arbeitsort|arbeitsmodell|einsatzort|standort|lieu(?: de travail)?|ubicación"
    r"|modalidade?"
    r"(?: de trabal?[jh]o)?|formato(?: de trabal?[jh]o)?|regime|contratação|local(?: de trabalho)?"
    r"|sede(?: di lavoro)?|luogo di lavoro|lugar de trabajo|miejsce pracy|tryb pracy"
    r"|lokalizacja|werkplek)"
)
_GAP = r"(?!-\w)\W{1,4}(?:[\w, /-]{0,30}[^\w\n])?"
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

_IMPOSSIBLE = (
    rf"(?:(?:is|are) {UNAVAILABLE}|(?:is|are)n['’]t (?:possible|available|an option|considered|offered|permitted"
    rf"|allowed)"
    r"|(?:ist|sind) (?:\w+ ){1,4}nicht (?:möglich|vorgesehen)|(?:ist |sind )?(?:leider )?(?:nicht (?:möglich"
    r"|vorgesehen|erwünscht|machbar)"
    rf"|keine option)\b|(?:n['’]est pas|non|im)\s?possible"
    r"|no (?:es posible|disponible)|não (?:é possível|disponível)|non (?:è )?(?:possibile|previsto)|is niet mogelijk"
    r"|nie jest możliwa)"
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
    r"|option (?:to work|of working) (?:fully |100 ?% )?remote(?:ly)?\b|hybrid(?:,? (?:or )?home[- ]based"
    r"| ?/ ?remote)\b"
    r"|\b(?:but|and) (?:we(?:['’]re| are)?(?: also)?|also)(?: embrace being)? remote[- ]friendly\b"
    r"|remote (?:oder|ou|o) (?:im|in|au|en|vor|híbrido|presencial|hybrid)\b)"
    rf"|,? or (?:fully |100 ?% |be |work(?:ing)? )?remote(?:ly)?\b{_NOT_WORK}(?! (?:piloted|users|or)\b)",
)
"""Remote work among what one may choose: whoever wants it gets it."""

_MODE = r"(?:modalidad|modelo|formato|regime|esquema|trabalho|trabajo|vaga|atuação)"
HYBRID_SAID = re.compile(
    rf"\b(?:hybrid (?:[\w-]+ )?{ROLE}\b(?! (?:that|which|of|blend|between|combin|where you|within))"
    rf"|split(?:ting)? (?:your|the) (?:time|week) between (?=[^.\n]{{0,50}}\b(?:home|remote|office)\b)"
    rf"|{ROLE} is (?:a )?hybrid\b(?! of)|{_LABEL}{_GAP}h[yí]brid[oa]?\b"
    rf"|{_MODE} (?:de trabal?[jh]o )?híbrid[oa]\b|hybrid (?:in|from|at|out of) (?P<capital>))|\(hybrid\b"
    r"|(?:^|\n)[^\w\n•]{0,4}hybrid(?= ?(?:$|\n|[,;(|·–—]|: ))(?!\W{1,3}(?:remote|cloud|on-?prem)\w*)"
    r"|(?:^|\n)\W{0,4}hybrid\W{1,3}(?:up to |bis zu )?(?:[1-4]|one|two|three|zwei|drei)\b",
)
HYBRID_WAY = re.compile(
    r"\b(?:(?<!remote-first )hybrid (?:[\w-]+ )?(?:working|work|workplace|model|schedule|set-?up|basis|arrangement"
    r"|policy|environment"
    r"|office)\b"
    r"(?! (?:allow|that|software|tools?|platforms?|solutions?|technolog|consult))|hybride[sn]? (?:arbeit|modell"
    r"|werk)\w*|(?:travail|mode|modèle) hybride\b"
    r"|télétravail (?:partiel|possible)\b|lavoro ibrido\b|hybrydow\w+|home ?-?office[- ](?:möglich|anteil|regel"
    r"|option|tage)\w*"
    r"|mobiles arbeiten\b|teletrabajo parcial\b|smart working\b)",
)
HYBRID_WEAK = re.compile(
    r"\bhybrid work(?:ing|place)?\b(?! (?:software|tools?|platforms?|solutions?|technolog))|\bwork\w* in a hybrid way\b"
)

_WHOLLY = (
    r"(?:totalmente|completamente|íntegramente|integralmente|entièrement|totalement|exclusivement|vollständig|komplett"
    r"|ausschließlich|rein|volledig|w pełni|100 ?%)"
)
_HOME_WORK = (
    r"(?:remote(?:[- ]work(?:ing)?)?(?: options?| arrangements?| employment)?|home[- ]?office|work(?:ing)? from home"
    r"|telework"
    r"|mobiles arbeiten|remote[- ]arbeit(?:en)?|télétravail|teletrabajo|trabajo remoto|teletrabalho|trabalho remoto"
    r"|smart working"
    r"|thuiswerken|praca zdalna)"
)
_THERE = (
    r"(?:on-?site|in[- ]office|presencial|vor ort|sur site|(?:en )?présentiel|in presenza|op kantoor|stacjonarn\w+)"
)


@cache
def onsite_said() -> re.Pattern[str]:
    """The role is on-site, said of it."""
    week, at = all_week(), office()
    plants = r"(?:our|the) (?:[\w-]+ ){0,2}(?:plant|warehouse|premises|factory|lab|laboratory|store|workshop)"
    premises = f"(?:{at}|{plants})"
    return re.compile(
        rf"\b(?:(?:fully|100 ?%|entirely|always) (?:on-?site|in[- ]person)\b|(?:on-?site|in-?office|in-person) {ROLE}\b"
        rf"|{ROLE} (?:is|will be|requires) (?:an? )?(?:based |located |performed )?(?:fully |100 ?% )?(?:on[- ]?site"
        rf"|in[- ]office|in[- ]person|office[- ]based)\b|(?:fully|entirely|purely|100 ?%) office[- ]based\b"
        rf"|not (?:an? )?(?:remote|hybrid)(?: {ROLE})?\b(?! only)|no remote\b"
        rf"|{_HOME_WORK} {_IMPOSSIBLE}|(?:kein(?:e|erlei)?|pas de|sin|sem|geen|brak|bez|niente|no) {_HOME_WORK}\b"
        rf"|{week} (?:in|at|from) (?:person|{at})\b|{week} (?:im büro|vor ort|au bureau|sur site|en la oficina"
        rf"|no escritório)\b|(?:based|located|present|work(?:ing|s)?|be|are|come|commute|report)\b[^.,\n]{{0,25}}?"
        rf" (?:in|into|at|to|from|out of) {premises}(?: in \w+)?,? \(?{week}\b"
        rf"|place of work is {premises}(?! or\b)|{_WHOLLY} {_THERE}\b|{_THERE} (?:uniquement|exclusivement|obligatoire"
        rf"|obligatorio|obrigatório)\b"
        rf"|(?:travail|poste|emploi)(?: est)? en présentiel\b(?! (?:et|ou) )|präsenzpflicht\b"
        rf"|presence (?:on[- ]?site|(?:in|at) {at}) is (?:required|mandatory|essential)\b"
        rf"|you (?:must|need to|have to) (?:always )?(?:be|work) on[- ]?site\b"
        rf"(?![^.\n]{{0,30}}\b(?:days?|times?|once|week|clients?|customers?)\b)"
        rf"|this is an office[- ]based {ROLE}\b|office[- ]based {ROLE} (?:in|at|based|located)\b"
        rf"|(?:não (?:permite|oferece\w*|aceita)|no (?:permite|admite|ofrece\w*)|ne permet pas (?:le )?"
        rf"|(?:do|does)(?: not|n['’]t) (?:offer|allow|support|permit)(?: for)?) ?{_HOME_WORK}\b"
        rf"|présence (?:à 100 ?% )?sur (?:le )?site|(?:100 ?%|volle) präsenz|präsenz vor ort\b"
        rf"|in[- ]office full[- ]time\b"
        rf"|{_LABEL}{_GAP}{_THERE}(?! (?:o|ou|or|oder) )\b|(?:from|in) (?:the|our) office is required\b"
        rf"|(?:100 ?%|{_MODE}|de forma|forma) presencial\b|poste (?:est )?en présentiel\b"
        r"|praca stacjonarna\b|100 ?% in presenza\b|ausschließlich vor ort\b)|\(on-?site\b"
        rf"|(?:^|\n)\W{{0,4}}(?:100 ?% )?{_THERE}(?= ?(?:$|\n|[,;.(|·–—]))"
        rf"|(?:^|\n)\W{{0,4}}{_THERE} (?:in|at|en|em|à|au|a|w|we) (?P<capital>)",
    )


ONSITE_WAY = re.compile(
    r"\b(?:(?:position|role|job|you(?:'ll| will|['’]re)?) (?:is |be |are |will be )?(?:based|located) (?:at|in"
    r"|out of) (?:our|the)"
    r" (?:[\w-]+ ){0,3}(?:office|hq|headquarters)\b|(?:almost )?always in[- ]person\b"
    r"|in[- ]person (?:team|culture|company|environment)\b)|(?:^|[.\n] ?)based in our (?:[\w-]+ ){0,2}office\b",
)

REMOTE_SAID = re.compile(
    rf"(?:^|\n)\W{{0,4}}(?:100 ?% |fully )?remote\b(?![- ](?:first|friendly|native"
    rf"|flexible)){_NOT_WORK}[^\n.]{{0,55}}(?=$|\n)"
    rf"|\b(?:(?<!not )(?<!quite )(?:fully|100 ?%|entirely|completely|full)[- ]remote\b(?! (?:company|team|first"
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
    rf"|(?:{_MODE}|de forma) (?:remot[oa]|teletrabajo)\b|100 ?% (?:(?:de |en |da |im |em )?(?:remot[oa]|home[- ]?office"
    rf"|télétravail|teletrabal?[jh]o|smart working)|à distance|zdaln\w+|thuis\w*|online)\b"
    rf"|{_LABEL}\W{{1,4}}(?:fully |100 ?% )?(?:home[- ]?office|work(?:ing)? from home|wfh)\b(?= ?(?:$|\n|[.,;(]))"
    rf"|télétravail complet\b|praca zdalna\b|{_WHOLLY} (?:remot[oae]s?|en télétravail|à distance"
    rf"|in remoto|da remoto|zdaln\w+|im homeoffice)\b)"
    rf"|(?:^|\n)remote\b{_NOT_WORK} (?P<capital_next>)"
    r"|[-–—|·(] ?(?:100 ?% |fully )?remote\b(?=\s?(?:[)|·–—\n-]|$|based|work\b|only))",
)
REMOTE_WAY = re.compile(
    r"\b(?:work(?:ing|s)? (?:fully |100% )?remotely\b|work (?:from|at) home\b(?! (?:stipend|budget|allowance|set))"
    r"|(?<!could )work (?:from )?(?:anywhere|wherever)\b|from a home office\b|(?:everyone|everybody|we all"
    r"|whole team) works? from home\b|telework\b|arbeite\w* remote\b"
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

DENIED = re.compile(rf"[^.\n]{{0,30}}\b{_IMPOSSIBLE}")
"""Behind remote work: there is none."""
NOT_GIVEN = re.compile(
    r"\b(?:(?:do|does|can|will)(?: not|n['’]t) (?:offer|allow|support|permit|provide|accommodate)|cannot (?:offer"
    r"|allow)"
    r"|não (?:permite|oferece\w*|aceita|há)|no (?:permite|admite|ofrece\w*|hay)|ne permet pas|n['’]offr\w+ pas"
    r"|bieten (?:kein\w*|leider kein\w*))\b[^.,;\n]{0,25}$"
)
"""Before remote or hybrid work: there is none."""
PAST = re.compile(r"\b(?:experience|experienced|background|comfortable|familiar\w*|proven|track record)\b[^.\n]{0,60}$")
"""Before the ways of a company: what one has done elsewhere."""
USED_TO = re.compile(
    r"\b(?:experienced?|background|comfortable|familiar\w*|used to|erfahrung\w*|expérience|experiencia|experiência)"
    r" (?:of |with |in |mit |in |en |em |com |con )[^.,;\n]{0,30}$"
)
"""The same, right before the ways of an office, which may be those of this one."""

FOR_A_WHILE = re.compile(
    r"\b(?:\d+|one|two|three|four|six|several|few) (?:\w+ )?(?:days|weeks|months)\b(?! (?:a|per|each|every) week)"
    r"|\b(?:\d+|ein\w*|une?|una?|um|één|jeden|zwei|deux|dos|dois|due|twee|dwa|drei|trois|tres|três|tre|drie|trzy"
    r"|vier|quatre|cuatro|quatro|quattro|cztery|einige|quelques|algun[ao]s|alcun[ei]|enkele|kilka) (?:\w+ )?"
    r"(?:wochen?|monate?n?|semaines?|mois|semanas?|m[eê]s(?:es)?|settiman[ae]|mes[ei]|weken|maand(?:en)?|tygodni\w*"
    r"|miesiąc\w*)\b|\b(?:up to|for|part of|some of) (?:a|the) (?:month|year)\b"
    r"|\babroad\b|\bin exceptional cases\b",
)
"""A benefit for some weeks of the year, and no workplace: `work from anywhere for four weeks`."""
AT_TIMES = re.compile(r"\boccasional\w*|\bfrom time to time\b")
"""Said before: `occasional remote work`. Said after, it is the office that is visited at times."""
