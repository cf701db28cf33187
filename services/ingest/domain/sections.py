"""Which part of a posting a sentence stands in: requirements, benefits, about the company, ..."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

Kind = Literal[
    "opening", "duties", "requirements", "nice", "benefits", "pay", "place", "about", "others", "process", "legal"
]
"""`others` are other openings of the employer."""

MOST_READ = 60_000
"""Characters of a text that the rules read; the longest of 2,733 captured ones has under 30,000."""
BOILERPLATE: frozenset[Kind] = frozenset({"about", "others", "benefits", "process", "legal"})
ABOUT_US: frozenset[Kind] = frozenset({"about", "others", "benefits"})
"""Where an employer speaks of itself and of what it offers to all."""
_LEAST_OWN = 400
_MOST_HEADING = 80
_MOST_HEADING_WORDS = 13

# Tried in this order. A heading in none of them ("Collaboration") leaves the section as it is. Words are those that
# several employers of the captured feeds use, in English, German, French, Spanish, Portuguese, Polish, Dutch, Italian.
_HEADINGS: tuple[tuple[Kind, str], ...] = (
    ("legal", r"equal[ -](?:opportunit|employ)|^(?:an )?equal\b|\beeo\b|e-verify|^right to work|disclaimer"
              r"|privacy (?:notice|polic|statement)|diversity|accommodation|physical (?:demand|requirement)|\bbelonging"
              r"|^(?:the )?work(?:ing)? (?:environment|conditions)|reasonable|chancengleichheit|datenschutz"),
    ("others", r"^not (?:your|the right|what you|quite)|also hiring"
               r"|(?:other|more|similar|related) (?:jobs|roles|openings|positions|vacanc)"),
    ("requirements", r"required (?:&|and) preferred|must[- ]ha|apply if|whether or not"),
    ("place", r"^location"),
    ("duties", r"what you(?:'ll| will)? get to \w|your responsib|responsibilities (?:would|will|includ)"),
    ("nice", r"nice[- ]to[- ]ha|(?:good|great)[- ]to[- ]have|^(?:added |big )?bonus\b(?! (?:eligib|plan|struct))"
             r"|bonus (?:points|skill)"
             r"|preferred|desir(?:ed|able)|\ba (?:\w+ )?plus\b|^(?:\w+ )?plus(?:es)?\b|plus would"
             r"|not (?:mandatory|required|necessary|needed|essential|a must)|kein muss|nicht (?:zwingend|erforderlich)"
             r"|(?:non|pas) (?:obligatoire|requis)|no (?:excluyente|obligatori)|não obrigatóri"
             r"|^optional|advantage if|an? advantage|extra credit|brownie|diferenci(?:al|ais)|deseable|wünschenswert"
             r"|von vorteil|pluspunkt|^idealerweise|souhaitable|(?:compétence|connaissance|qualité|expérience)s? "
             r"(?:souhaité|appréci)|desejáve|valorable|se valora|gradit[oie]|preferenzial|atutem"
             r"|\batouts?\b|mile widzian|\bpré\b|un plus\b|stand ?out|sets? you apart|also (?:know|have)"
             r"|even better if"
             r"|望ましい"),
    ("requirements", r"look(?:ing)? for\b|who (?:are you|you are|we want)\b|we expect\b|expects? from you|about you\b"
                     r"|(?:minimum|basic|your|required|key|job|professional) (?:qualific|requirem|skill)"),
    ("process", r"\bapply\b|^(?:your )?application\b(?! (?:and|security|develop))|interview"
                r"|(?:hiring|recruit\w*|selection) process|candidate journey|next steps"
                r"|bewerb(?!er)|processus de|proceso de|proces rekrut"),
    ("benefits", r"benefit(?!s?:? (?:manage|administ|operation|strateg|complian|enrol|analys))|\bperks?\b"
                 r"|we (?:can )?offer|(?:in|for) it for you|what you('ll)? get\b|in return|rewards?\b"
                 r"|^why (?!this (?:role|job|is|work|team)|the role|it matters|this matters)|wir (?:bieten|dir)|warum"
                 r"|ofrecemos|oferecemos|benef[ií]cios"
                 r"|nous offrons"
                 r"|avantages|oferujemy|wij bieden|offriamo|love working|enjoy working|flexible work"),
    ("pay", r"compensation|salar|\bpay\b|remuneration|wage|gehalt|vergütung|rémunération|remuneraci|wynagrodzeni"),
    ("requirements", r"requirem|required|qualific|you(?:'ll| will)? (?:have\b(?! (?:the |ample )?opportunit)"
                     r"|are\b(?!.*do)|need)"
                     r"|bring|\bfit\b|(?:good|great|right|perfect) match|\bideal (?:candidate|profile)|\bskills?\b"
                     r"|\bprofile?\b"
                     r"|(?<!customer )(?<!user )(?<!employee )(?<!candidate )(?<!developer )\bexperience"
                     r"|expertise|\bstack\b|toolkit|^(?:key |core )?tools?(?: (?:&|and) |$)|^technolog(?:y|ies)$"
                     r"|^essential(?: criteria)?$|^minimum\b|need to have|need (?:you|from you|to see)|what we need"
                     r"|^languages?$|technical proficienc"
                     r"|competenc|^education|certification|\btraits\b|qualities|knowledge(?! (?:shar|transf|man))"
                     r"|you should|we value"
                     r"|successful in|^the person$|who this is for|(?:your|ihr|dein) background"
                     r"|was du (?:brauchst|mitbring)|anforderung|wir (?:uns von dir )?(?:suchen|wünschen)"
                     r"|requisitos?\b|(?:que|quem|qué|quién) (?:buscamos|procuramos)|exigences|wymagania"
                     r"|wat je meebrengt|必要な|求める"),
    ("duties", r"responsib|responsab|accountabilit|what (?:will )?you|you(?:'ll| will)\b|how (?:will )?you"
               r"|your (?:role|mission|task|impact|job|day|challenge|scope)|the (?:role|opportunity|job|position)"
               r"|this (?:role|opportunity|position)|(?:job|role|position) (?:summary|description|overview)|^overview"
               r"|day[- ]to[- ]day|typical day"
               r"|duties|functions|success looks|aufgaben|deine rolle|was dich|du tun wirst|missions?\b(?<!our mission)"
               r"|funciones|tareas|sobre (?:el cargo|la posici|a vaga|a oportunidade)|vo(?:s|tre) (?:mission|quotidien)"
               r"|obowiązki|first \d+ days|^about the project"
               r"|^summary|^description|de rol|cosa farai|業務内容"),
    ("place", r"^work location|time ?zones?|where (?:you|we)|standort|ubicaci"),
    ("about", r"^about|who (?:are )?(?:we|is)\b|^our (?:mission|value|culture|story|company|team|client|product|ethos"
              r"|commit|purpose|vision)"
              r"|^(?:the )?company\b|company (?:overview|description|value|purpose|strength)|über uns|^sobre|qui sommes"
              r"|^(?:join|meet)\b|what (?:do )?we do\b|what do we (?:do|believe)|how we work|^the team|o nas"
              r"|over ons|chi siamo"),
)  # fmt: skip
_PATTERNS = tuple((kind, re.compile(words)) for kind, words in _HEADINGS)
_STOP = re.compile(r"\n|[.!?;](?=\s+[A-ZÀ-Þ•\"“(])|(?<=[a-z)])[.!?](?=[A-Z])")
"""The end of a sentence; also where two were run together, as some boards do with line breaks."""
_DECORATION = re.compile(r"^[\W\d_]+|[\W_]+$")
_OF_A_LINE: frozenset[Kind] = frozenset({"place", "pay"})
_SAYS_IT_ITSELF = re.compile(r":\s*\w")
"""Behind "Location: Berlin" the section before it goes on; "Location:" opens one."""
_LEADING_HEADING = re.compile(r"([A-Za-zÀ-ÿ][^:\n]{2,40}):\s+\S")
_LONGEST_LEADING = 42
"""Of that, with its colon: a look for the colon spares most lines the pattern."""


@dataclass(frozen=True, eq=False)
class Document:
    """A posting's title and text, cut into sections. What rules keep of one is found by the object itself."""

    title: str
    text: str

    @cached_property
    def _sections(self) -> tuple[list[int], list[Kind]]:
        starts: list[int] = [0]
        kinds: list[Kind] = ["opening"]
        at = 0
        for line in self.text.split("\n"):
            kind = _kind_of(line)
            if kind is not None:
                before = kinds[-1]
                starts.append(at)
                kinds.append(kind)
                if kind in _OF_A_LINE and _SAYS_IT_ITSELF.search(line):
                    starts.append(at + len(line))
                    kinds.append(before)
            at += len(line) + 1
        return starts, kinds

    def kind_at(self, position: int) -> Kind:
        """The section that a position of the text lies in."""
        starts, kinds = self._sections
        return kinds[bisect_right(starts, position) - 1]

    @cached_property
    def lowered(self) -> str:
        """The text in lower case, character for character."""
        return self.text.replace("İ", "I").lower()

    def parts(self) -> Iterator[tuple[int, int, Kind]]:
        """The sections in order: start, stop, kind."""
        starts, kinds = self._sections
        yield from zip(starts, [*starts[1:], len(self.text)], kinds, strict=True)

    @property
    def own_words(self) -> str:
        """The text without what an employer repeats in each posting: the sections of `BOILERPLATE`.

        The whole text where nearly nothing else is left.
        """
        own = "".join(self.text[start:stop] for start, stop, kind in self.parts() if kind not in BOILERPLATE)
        return own if len(own) >= _LEAST_OWN else self.text

    def sentence_at(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence, or the line, around a stretch of the text; at most 300 characters each way."""
        left_edge = max(0, start - 300)
        right_edge = min(len(self.text), end + 300)
        left = left_edge
        for stop in _STOP.finditer(self.text, left_edge, start):
            left = stop.end()
        right = _STOP.search(self.text, end, right_edge)
        return left, right.start() if right else right_edge


def document_of(title: str, text: str) -> Document:
    """Cut a text; at most `MOST_READ` characters of it are read."""
    return Document(title=title, text=text[:MOST_READ])


def _kind_of(line: str) -> Kind | None:
    if len(line) > _MOST_HEADING or line.endswith((".", ",", ";")):
        leading = _LEADING_HEADING.match(line) if ":" in line[:_LONGEST_LEADING] else None
        if leading is None:
            return None
        line = leading.group(1)
    elif line.startswith("•"):
        return None
    return _kind_of_heading(line)


@lru_cache(maxsize=16_384)
def _kind_of_heading(line: str) -> Kind | None:
    # Remembered: employers repeat their headings, and boards those of their forms, from posting to posting.
    heading = _DECORATION.sub("", line.lower().replace("’", "'"))
    if not heading or len(heading.split()) > _MOST_HEADING_WORDS:
        return None
    return next((kind for kind, pattern in _PATTERNS if pattern.search(heading)), None)
