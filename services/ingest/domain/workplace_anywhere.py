"""Statements of where one may work from that say, along with it, that one need not come in; of lower-case text.

English, German, French, Spanish, Portuguese, Italian, Dutch, Polish.
"""

import re

from services.ingest.domain.workplace_words import ROLE

_ANYWHERE = (
    r"(?:from (?:anywhere|any (?:location|country|place)|wherever you)\b"
    r"|von (?:überall|jedem (?:beliebigen )?ort)\b"
    r"|(?:de|depuis) (?:n['’]importe (?:où|quel (?:pays|lieu|endroit))|partout)\b"
    r"|desde (?:cualquier (?:lugar|parte|país|sitio|ciudad)|donde quieras)\b"
    r"|de (?:qualquer (?:lugar|parte|local|país|cidade)|onde (?:você )?quiser)\b"
    r"|da (?:qualsiasi (?:luogo|posto|paese|città|parte)|qualunque (?:luogo|posto|paese)|ovunque|dove vuoi)\b"
    r"|(?:vanaf|vanuit) (?:elke|iedere|eender welke) (?:plek|plaats|locatie|land)\b"
    r"|z (?:dowolne\w+|każde\w+) (?:miejsc|kraj|lokalizacj|zakątk)\w+)"
)
_ALL_OVER = (
    r"(?:anywhere\b|world-?wide\b|globally\b|(?:around|across|all over) the (?:world|globe)\b|weltweit\b"
    r"|(?:partout )?dans le monde\b|en todo el mundo\b|(?:em|no) (?:todo o )?mundo\b|in tutto il mondo\b"
    r"|wereldwijd\b|na całym świecie\b)"
)
_REMOTE = r"(?:remote(?:ly)?|remot[oa]|télétravail|à distance|teletrabajo|teletrabalho|zdaln\w+|thuiswerk\w*)"
_WORK = r"(?:arbeite\w*|travail\w*|trabaj\w+|trabalh\w+|lavor\w+|werk\w*|prac\w+)"
_WITHIN = r"(?:in|within|across|on|im|dans|en|em|no|na|nel\w*|w)"

REMOTE_ANYWHERE = re.compile(
    rf"\b(?<!not )(?<!no ){_REMOTE}\W{{1,3}}(?:work(?:ing)? |travail |arbeit(?:en)? )?(?:{_ANYWHERE}|{_ALL_OVER})"
    r"(?! (?:team|company|workforce|organi|business|customer|client|platform|collabor)\w*)"
    rf"|(?:^|[\n.!?;•|]) ?(?:work(?:ing)? |live |live and work |based )?{_ANYWHERE}"
    rf"(?= ?(?:$|[\n.!,;|(])| {_WITHIN} )"
    rf"|\b{_WORK}(?: \w+){{0,2}} {_ANYWHERE}|\b{_ANYWHERE}(?: aus)? (?:arbeiten|werken)\b"
    rf"|\b{ROLE} (?:can|may) be (?:done|performed|carried out|executed|worked|filled) (?:remotely )?from any\w*"
)
"""One may work from anywhere, all over the world or within a part of it. What is done for some weeks is told apart."""
