"""Part of the week, and the whole of it, in the office or at home; all patterns read lower-case text.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
"""

import re

OFFICE = r"(?:(?:the|our|an?|its|your|their) )?(?:[\w-]+ ){0,3}(?:office|hq|headquarters|site|studio|hub)s?"
_SOME = (
    r"(?:[1-4]|one|two|three|four|several|few|ein|einen|einem|zwei|drei|vier|une?|deux|trois|quatre|una?|dos|tres"
    r"|cuatro|um|dois|duas|três|quatro|due|tre|quattro|een|één|twee|drie|jeden|dwa|trzy|cztery)"
)
_TO = r"(?:-|–|to|or|/|bis(?: zu)?|oder|à|ou|a|o|tot|of|do|lub)"
_FEW = rf"{_SOME}(?:\s?{_TO}\s?(?:{_SOME}|5|five))?\+?(?: full| volle[nr]?)?"
_DAY = (
    r"(?:(?:remote|office|wfh|home[- ]?office|büro|präsenz|on-?site)?[ -]?(?:days?|tage?n?)|times?|x|mal|jours?|fois"
    r"|días?|veces|dias?|vezes|giorn[oi]|volte|dag(?:en)?|keer|dni|dzień|razy)"
)
_WEEK = (
    r"(?:,? (?:a|per|each|every|of the|pro|die|in der|je|par|de la|por|a la|na|alla|a|in de|w) ?(?:working )?"
    r"(?:week|woche|semaine|sem\b\.?|semana|settimana|tygodniu)"
    r"| ?/ ?(?:week|wk|woche|semaine|sem\b\.?|semana|settimana|tydzień)"
    r"| (?:weekly|wöchentlich|hebdomadaires?|semanales|semanais|tygodniowo))"
)
_HOME = (
    r"(?:(?:working |work |to work )?from home|(?:home|remote)[- ]working|at home|wfh|(?:im |in |en |de "
    r"|em )?home[- ]?office"
    r"|(?:fully )?remote(?:ly)?|telework\w*|mobil(?:e[snr]? arbei\w+)?|von zu ?hause|zu ?hause"
    r"|(?:de |en |sur |par )?télétravail\w*|en distanciel|à (?:distance|domicile)|chez vous"
    r"|(?:de |en |a |em )?(?:tele ?trabal?[jh]\w+|remot[oa]|casa|distancia)|(?:di |in |da )?(?:smart ?working|casa"
    r"|remoto)"
    r"|thuis\w*|zdaln\w+|z domu)"
)
_AT_OFFICE = (
    rf"(?:(?:in|at|from|on)[- ]?(?:site|person|{OFFICE})|office|on-?site|in-office"
    r"|im (?:[\w-]+ )?(?:büro|office)|vor ort|in präsenz|präsenz|(?:en |de )?présentiel|sur (?:le )?site|(?:au "
    r"|de )?bureau"
    r"|(?:en |de |a )?(?:la |nuestra )?oficina|(?:de )?(?:forma )?presencia\w+|(?:no|ao|de) escritório|na empresa"
    r"|in (?:ufficio|sede|presenza)|(?:op|naar) kantoor|op locatie|(?:z|w) biur\w+|stacjonarn\w+)"
)
_PLACE = rf"(?:{_AT_OFFICE}|{_HOME})"
_ABOUT = (
    r"(?:up to |at least |about |around |for |max(?:imum|\.)?(?: of)? |bis zu |an |mindestens |maximal |jusqu'à "
    r"|jusqu’à "
    r"|à raison de |hasta |al menos |até |pelo menos |fino a |minimaal |maximaal |ponad |do )"
)
_NOT_THERE = r"(?![^.\n,;]{0,25}\b(?:travel|clients?|customers?|visits?|kunde\w*|cliente?s?|interview\w*)\b)"
"""Behind the place: it is the customer's, or that of a journey."""

_WEEKDAY = (
    r"(?:(?:mon|tues|wednes|thurs|fri)days?|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|lundis?|mardis?"
    r"|mercredis?|jeudis?|vendredis?|lunes|martes|miércoles|jueves|viernes"
    r"|(?:segunda|terça|quarta|quinta|sexta)s?-feiras?|lunedì|martedì|mercoledì|giovedì|venerdì"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag)"
)
_POSSIBLE = (
    r"(?:(?: work(?:ing)?)?(?: is| ist| est| es| é)? (?:possible|posible|possível|möglich|available|allowed|offered))?"
)
DAYS = re.compile(
    rf"\b(?:{_FEW} (?:office|home|remote|wfh|on-?site|in-office|home[- ]?office|büro|präsenz)[- ]?(?:days?|tage?n?)\b"
    rf"|{_FEW} ?{_DAY}(?:{_WEEK})?,? (?:(?:working|work|spent|physically|of|is|are|davon) )?{_PLACE}\b{_NOT_THERE}"
    rf"|{_PLACE}(?: (?:de|in|à|en|em|di|van|w) [\w-]+)?{_POSSIBLE}(?:,? | ?: ?| ?\("
    rf"| [-–] ){_ABOUT}{{0,2}}{_FEW} ?{_DAY}(?:{_WEEK}| ?\)|(?<=:)(?=$|\n))"
    rf"|(?:{_HOME}|präsenz|présentiel|on-?site) ?: ?{_ABOUT}?{_FEW} ?{_DAY}"
    rf"|(?:in|at)[- ](?:{OFFICE}|person)[ ,(]{{1,2}}(?:at least |for |about |around |up to )?{_FEW} ?(?:days?"
    rf"|times?|x)\b"
    rf"|(?:in|into|to) {OFFICE},?\s\(?(?:at least |around |about )?(?:once|twice|[1-4]x) (?:(?:a|per|each|every) week"
    rf"|weekly)\b"
    r"|offices? regularly \([1-4]x per week\))"
)
"""Some days of the week in the office, or at home: hybrid, whatever it is called."""

_PART = r"(?:(?:\d\d ?(?:%|percent)? ?(?:-|–|to|bis|à|a) ?)?[1-9]\d ?(?:%|percent|prozent))"
_OF_TIME = (
    r"(?: of (?:the|your) (?:working )?(?:time|week)| der (?:arbeits)?zeit| deiner (?:arbeits)?zeit| du temps"
    r"| del tiempo| do tempo| del tempo)?"
)
SHARE = re.compile(
    rf"(?<![\d\-–])(?<![\d\-–] ){_PART}{_OF_TIME} (?:spent |working |im |in |en |de |em |di )?{_PLACE}\b{_NOT_THERE}"
    rf"|\b{_HOME}(?:[- ]?(?:anteil|quote|share))?(?: ?: ?| ?\(| ){_ABOUT}?{_PART}(?! ?[-–] ?\d)"
    rf"|\b(?:(?:office|on-?site) (?:presence|attendance)|präsenz(?:anteil|quote)?|présence)[: ]{{1,3}}(?:is "
    rf"|of )?{_ABOUT}?{_PART}"
)
"""A share of the time in the office, or at home: hybrid. The whole, `80-100 %`, is none."""
OTHERS = re.compile(r"\b(?:team|workforce|company|staff|employees|people|customers|colleagues)\b[^.\n,;]{0,20}$")
"""Before a share: so many of the people work so."""
ONCE = re.compile(
    r"\b(?:interviews?|onboarding|retreats?|trial|orientation|workshops?|vorstellungsgespräch\w*|einarbeitung"
    r"|entretiens?"
    r"|entrevistas?)\b[^.,;\n]{0,30}$"
)
"""Before days: they come once."""

_TO_BE = (
    r"\b(?:come|see you|work(?:s|ing)?|be|are|is|meets?|attend|report|join|expect\w*|required?|together|gather|kommst"
    r"|arbeite\w*|bist|sind|treffen|venez|travaill\w+|êtes|présen\w+|vienes|trabaja\w*|acud\w+|vem|trabalha\w*|lavor\w+"
    r"|werk\w*|komt)\b"
)
_AT = rf"(?:(?:in|into|at|to|from|on)[- ](?:site|person|{OFFICE})|{_AT_OFFICE})"
_LISTED_DAYS = (
    rf"{_WEEKDAY}(?:(?:,| and| or| &| und| oder| et| ou| y| e| en|/){{1,2}} ?(?:on |the |am |le |los |às |il |op )?"
    rf"{_WEEKDAY}){{0,3}}"
)
_NOT_ON = r"\b(?! ?(?:-|–|/|to\b|through\b|thru\b|till\b|until\b|bis\b|au\b|à\b|a\b|al\b|tot\b|t/m\b|\d|at \d))"
_NOT_OF = (
    r"(?<!first )(?<!last )(?<!second )(?<!to )(?<![-–])(?<![-–] )(?<!through )(?<!thru )(?<!bis )(?<!au )(?<!\ba )"
    r"(?<!\bal )"
)
"""Before a day: one of the month, or the end of a range."""
WEEKDAYS = re.compile(
    rf"{_TO_BE}[^.\n]{{0,30}}?\b{_AT}\b[^.\n]{{0,25}}?{_NOT_OF}\b{_LISTED_DAYS}{_NOT_ON}"
    rf"|{_TO_BE}[^.\n]{{0,20}}?{_NOT_OF}\b{_LISTED_DAYS}{_NOT_ON}[^.\n]{{0,15}}?\b{_AT}\b"
    rf"|{_NOT_OF}\b{_LISTED_DAYS}{_NOT_ON}[^.\n]{{0,30}}?{_TO_BE}[^.\n]{{0,20}}?\b{_AT}\b"
    rf"|\b(?:office|on-?site|anchor|in-person|präsenz|büro)[- ]?(?:days?"
    rf"|tage?n?)\b[^.\n]{{0,25}}?\b{_LISTED_DAYS}{_NOT_ON}"
    r"|\b(?:in[- ]?office|office|on-?site)(?: days?)? ?[:(] ?(?:mon|tue|wed|thu|fri)\b(?:(?:, ?| and | & |/)(?:mon"
    r"|tue|wed|thu|fri)\b)*"
    r"(?! ?(?:-|–|to\b))"
)
"""Named days in the office, one who comes there said before: `you come to the office on Tuesdays and Thursdays`."""

PARTS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (
    (re.compile(rf"\b(?:{_FEW} ?{_DAY}|once|twice|[1-4]x)\b"), DAYS),
    (re.compile(r"\d ?(?:%|percent|prozent)"), SHARE),
)
"""Each with what it needs at least, which spares most stretches the long pattern; `WEEKDAYS` needs one of its words."""

RARELY = re.compile(
    r"\W{0,3}(?:a|an|per|every|each|once a|of the|of each|of every) (?:other )?(?:month|quarter|year)"
    r"|\W{0,3}(?:pro|im|par|al|por|ao|all[’'])\s?(?:monat|quartal|jahr|mois|an\b|mes\b|año|mês|ano\b|mese|anno)"
    r"|\W{0,3}(?:monthly|quarterly|yearly|im monat)\b| ?/ ?(?:month|monat|mois|mes|mês)\b"
)
"""After such days: a visit, and no part of the week."""

ALL_WEEK = (
    r"(?:(?:5|five) days (?:a|per|each|every) week|(?:5|five) days[ -]week|daily|every (?:working )?day|each day"
    r"|full[- ]time"
    r"|(?:monday|mon) ?(?:to|through|thru|-|–) ?(?:friday|fri)|an (?:5|fünf) tagen (?:pro|die|in der) woche|täglich"
    r"|(?:cinq|5) jours (?:par|sur)|(?:cinco|5) d[ií]as (?:a la|por) semana|todos los días|todos os dias"
    r"|montags? bis freitags?|du lundi au vendredi|de lunes a viernes|de segunda a sexta)"
)
"""The whole week: behind the office, on-site."""
