"""The words of a sentence that say how it speaks of all that is in it."""

from typing import Final, Literal

LineKind = Literal["asks", "optional", "denies", "degree", "speaks", "role", "equipment"]

_ASKING = (
    " years ", "+ years", "years'", "year of", "experience in", "experience with", "experience of", "experience as",
    "experience using", "proficien", "fluent", "fluency", "knowledge of", "familiarity with", "familiar with",
    "understanding of", "expertise in", "track record", "background in", " skills", "required", "must have", "must be",
    "ability to", "erfahrung", "kenntnisse", "fließend", "sprichst", "verhandlungssicher", "experiencia",
    "experiência", "expérience", "maîtrise",
)  # fmt: skip
_OPTIONAL = (
    "nice to have", "bonus", " a plus", "\na plus", "big plus", "strong plus", "huge plus", "definite plus",
    "major plus", "great plus", "real plus", "added plus", "additional plus", "significant plus", "considerable plus",
    " plus.", " plus\n", " plus)", " plus!", "plus:", "pluses", "preferred", "prefered", "preferably", "ideally",
    "desirable", "advantage", "not required", "not mandatory", "good to have", "optional", "familiarity is",
    "advantageous", "would be great", "would be nice", "would be good", "would be awesome", "would be helpful",
    "would be useful", "would be beneficial", "would be ideal", "would be welcome", "is beneficial", "is welcome",
    "would be an asset", "considered an asset", "is an asset.", "is an asset\n", "is an asset,", "extra points",
    "even better if", "von vorteil", "vorteilhaft", "wünschenswert", "idealerweise", "idealfall", "ein plus",
    "gern gesehen", "gerne gesehen", "pluspunkt", "un plus", "un vrai plus", "atout", "souhaité", "souhaitable",
    "apprécié", "idéalement", "deseable", "valorará", "se valora", "valorable", "idealmente",
    "preferible", "no excluyente", "diferencial", "diferenciais", "desejáve", "um plus", "gradit", "preferenziale",
    "preferibil", "auspicabil", "een pré", "een plus", "bij voorkeur", "mooi meegenomen", "mile widzian", "atutem",
    "plusem",
)  # fmt: skip
_DENYING = (
    " no ", "\nno ", "(no ", " no.", " no,", " no\n", " not", "\nnot", "(not", "n't", "unnecessary", "without", "kein",
    "nicht", "ohne", " pas ", "\npas ", " pas.", " pas\n", "aucun", "inutile", "sans ", "(non", "lack of", "niewymagan",
    "by no means", "in no way", "keineswegs", "nullement", " non", "\nnon", " sin ", "\nsin ", "não", " sem ",
    "nessun", "senza", "geen ", "niet", "zonder", "never ", "instead of", "rather than", "statt ", "au lieu de",
    "en lugar de", "em vez de", "invece di", "in plaats van", " nie ", "\nnie ",
)  # fmt: skip
_DEGREE = (
    "degree",
    "bachelor",
    "master",
    "diploma",
    " bs ",
    " ms ",
    "bsc",
    "msc",
    "b.s",
    "m.s",
    "major",
    "studium",
    "licence",
)
_SPEAKS = (
    "experience", "background", "knowledge", "expertise", "understanding", "proficien", "familiar", "skill", "career",
    "years", "exposure", "competen", "trained", "certified", "licensed", "licenced", "erfahrung",
)  # fmt: skip
_ROLE = (
    "you will", "you'll", "you'd", "you would", "we are seeking", "we're seeking", "is seeking", "looking for",
    "responsible for", "this role", "this position", "in the role", "the role", "as our", "the ideal candidate",
    "searching for", "is hiring", "are hiring", "we're hiring", "your role", "your mission", "your work",
    "suchen wir", "wir suchen", "du wirst", "recherchons", "buscamos", "procuramos", "szukamy",
)  # fmt: skip
_EQUIPMENT = (
    "internet connection", "internet speed", "internet access", "mbps", "headset", "webcam", "home office",
    "ethernet connection", "wired connection", "wi fi connection", "own computer", "own laptop",
)  # fmt: skip
LINE_CUES: Final[dict[LineKind, tuple[str, ...]]] = {
    "asks": _ASKING,
    "optional": _OPTIONAL,
    "denies": _DENYING,
    "degree": _DEGREE,
    "speaks": _SPEAKS,
    "role": _ROLE,
    "equipment": _EQUIPMENT,
}
