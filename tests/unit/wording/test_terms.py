"""One word for one thing in each language: what must not stand beside the terms at the head of a catalogue."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from services import wording
from services.wording.catalogues import DOMAIN
from services.wording.words import LANGUAGES

NOT_THIS = {
    "de": {
        r"\bJobs?\b(?! für)": "Stelle",
        r"[Ii]nserat|[Ss]tellenangebot": "Anzeige or Stelle",
        r"\b[Bb]riefe?\b|\bE-Mails?\b(?!-Adresse)": "Mail",
        r"\bSkills?\b|(?<!gute )\bKenntnisse\b": "Fähigkeit",
        r"\bUnternehmen\b": "Firma",
        r"[Zz]u Hause": "Konto",
    },
    "es": {
        r"[Oo]ferta": "empleo, or anuncio for its text",
        r"[Ss]ueldo": "salario",
        r"\b[Cc]artas?\b|\be-?mail": "correo",
        r"\b[Ee]limina": "borrar",
        r"\b\w+[aei]dme\b|\b[Ee]nviad\b|\b[Ss]eguid\b|[Vv]osotr|\bvuestr": "tú, or a wish",
        r"\bEn casa\b": "cuenta",
    },
    "fr": {
        r"(?<!lertes )(?<!d’)(?<!trouvé un )\b[Ee]mplois?\b": "offre",
        r"\b[Pp]ostes?\b(?! de | ouvert| proches)(?<!du poste)": "offre",
        r"(?<![Ee]-)\b[Mm]ails?\b|[Cc]ourriel": "e-mail",
        r"abonn": "se désinscrire, inscription",
        r"\b[Rr]emote\b": "télétravail",
        r"\b[Cc]hez vous\b": "espace",
    },
    "pt": {
        r"(?<!lertas de )(?<!Encontrei um )\b[Ee]mpregos?\b": "vaga",
        r"\b[Bb]uscas?\b": "pesquisa",
        r"\b[Gg]uardou\b|\bGuardar\b": "salvar",
        r"[Ee]limina": "excluir",
        r"[Uu]tilizador|[Ff]icheiro|\b[Dd]efinições|[Ss]ubscri|[Rr]egisto|\baceites?\b|[Cc]ontinuamos a": "Brazilian",
        r"\b(?:por|sobre|para) si\b|\b[Cc]onsigo\b|\b[Ll]he\b": "você",
        r"(?<!odas )\b(?:[Oo]s?|[Aa]s?) (?:seus?|suas?|meus?|minhas?)\b": "possessives without an article",
        r"(?<![Ee]-)\b[Mm]ails?\b|\b[Ee]mails?\b": "e-mail",
        r"\bEm casa\b": "conta",
    },
}


@pytest.mark.parametrize("language", LANGUAGES[1:])
def test_each_language_keeps_to_its_terms(language: str) -> None:
    path = Path(str(wording.__file__)).parent / "locale" / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    with path.open("rb") as file:
        catalogue = read_po(file)
    said = [
        form
        for message in catalogue
        if message.id
        for form in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    astray = [(form, better) for form in said for found, better in NOT_THIS[language].items() if re.search(found, form)]
    assert not astray
