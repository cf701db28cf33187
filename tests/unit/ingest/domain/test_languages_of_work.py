"""Which languages the work needs, from titles and sentences in eight languages."""

import pytest

from services.ingest.domain.draft import Stated
from services.ingest.domain.spoken.reading import LanguageNeed, read_languages
from services.rules.sections import document_of

NEEDED = [
    ("en", "• Fluent in English and either Spanish or Portuguese", "en es|pt"),
    ("en", "You are bilingual (EN/FR).", "en fr"),
    ("en", "We are seeking a bilingual in Spanish account executive.", "es"),
    ("en", "C1 German", "de"),
    ("en", "• Exceptional writing with fluency in English (bonus points for a sense of humour)", "en"),
    ("en", "• You are fluent in both French (French clients) and Dutch", "fr nl"),
    ("en", "English is our working language.", "en"),
    ("en", "Nice to have\n• Rust\nOur company language is English.", "en"),
    ("en", "We are looking for a native-level English copywriter.", "en"),
    ("en", "Fluency in one of the following languages: French, German, Italian", "de|fr|it"),
    ("en", "Excellent verbal and written communication and interpersonal skills in English.", "en"),
    ("en", "You can clearly communicate with peers and customers in English", "en"),
    ("en", "Languages\n• Dutch\n• English", "en nl"),
    ("en", "• Japanese and English proficiency required", "en ja"),
    ("en", "Benefits\n• A bonus\nRequirements\n• russian speaker", "ru"),
    ("de", "Verhandlungssicheres Französisch ist erforderlich.", "fr"),
    ("de", "• Sehr gute Deutsch- und Englischkenntnisse in Wort und Schrift", "de en"),
    ("de", "Du sprichst fließend Deutsch oder Englisch.", "de|en"),
    ("de", "Unsere Unternehmenssprache ist Englisch.", "en"),
    ("de", "Sprachen\n• Deutsch\n• Englisch", "de en"),
    ("de", "• Gute aktive Kenntnisse einer zweiten Amtssprache sowie des Englischen", "en fr|it"),
    ("de", "Sehr gute Kenntnisse mindestens einer weiteren Landessprache", "fr|it"),
    ("it", "Buona conoscenza di una seconda lingua ufficiale", "de|fr"),
    ("fr", "Vous parlez couramment anglais et français.", "en fr"),
    ("fr", "Nous recherchons un traducteur anglais-français.", "en fr"),
    ("fr", "Maîtrise de la langue anglaise", "en"),
    ("fr", "Niveau d'anglais : B2 minimum", "en"),
    ("es", "Nivel alto de inglés y alemán", "de en"),
    ("es", "Dominio del idioma inglés o portugués", "en|pt"),
    ("pt", "Inglês intermediário ou avançado", "en"),
    ("it", "• Madrelingua italiana", "it"),
    ("it", "Ottima conoscenza della lingua inglese", "en"),
    ("nl", "Je spreekt vloeiend Nederlands en Engels.", "en nl"),
    ("nl", "Uitstekende beheersing van de Nederlandse taal", "nl"),
    ("pl", "Bardzo dobra znajomość języka angielskiego", "en"),
    ("pl", "Angielski na poziomie B2", "en"),
    ("pl", "Chęć do nauki, dobra znajomość języka niemieckiego", "de"),
]
WANTED = [
    ("en", "Dutch is a plus.", "", "nl"),
    ("en", "• Fluent in English, German is a plus", "en", "de"),
    ("en", "• Fluent in English (French is a plus but not required)", "en", "fr"),
    ("en", "• Fluent in English - French is a plus", "en", "fr"),
    ("en", "Business-level English, ideally native German", "en", "de"),
    ("en", "Languages: English (fluent), German (basic), Dutch nice to have", "de en", "nl"),
    ("en", "English is required, with German or French at a B2 level preferred.", "en", "de|fr"),
    ("en", "• Fluency in English at a C1 level, other languages are a plus", "en", ""),
    ("en", "• Working proficiency in Korean, fluency preferred", "ko", ""),
    ("en", "German not required but a plus.", "", "de"),
    ("en", "Proficiency in Spanish is ideal; knowledge of French would be beneficial", "", "es fr"),
    ("en", "Nice to have:\n• Spanish speaker", "", "es"),
    ("de", "Deutsch auf C1-Niveau und gutes Englisch, Französisch von Vorteil", "de en", "fr"),
    ("de", "Kenntnisse in Englisch von Vorteil.", "", "en"),
    ("de", "Sehr gute Englischkenntnisse, Kenntnisse einer zweiten Amtssprache von Vorteil", "en", "fr|it"),
    ("de", "Muttersprache Deutsch; weitere Sprachen wie Polnisch wünschenswert", "de", "pl"),
    ("fr", "Anglais courant exigé, l'allemand est un plus.", "en", "de"),
    ("es", "Se valorará francés.", "", "fr"),
    ("pt", "Inglês fluente; espanhol é um diferencial.", "en", "es"),
    ("it", "Ottima conoscenza della lingua inglese, gradita la conoscenza del tedesco.", "en", "de"),
    ("nl", "Duits is een pré.", "", "de"),
    ("pl", "Znajomość języka angielskiego, niemiecki mile widziany.", "en", "de"),
]
NOTHING = [
    ("en", "You speak the language of our customers."),
    ("en", "Experience with Go, Swift or another language."),
    ("en", "We are a French company."),
    ("en", "You work with our German team."),
    ("en", "Our app is translated into 30 languages."),
    ("en", "Polish your skills."),
    ("en", "Find more English speaking jobs in Germany on our board."),
    ("en", "Implement support for Arabic text."),
    ("en", "Knowledge of French tax law is required."),
    ("en", "Good knowledge of French and international law."),
    ("en", "You support German-speaking customers."),
    ("en", "Our customers, who speak German, love us."),
    ("en", "Localise messages for non-English speakers."),
    ("en", "You work on the growth of the Polish business unit."),
    ("de", "Wir betreuen deutschsprachige Kunden."),
    ("de", "Erfahrung im deutschen Steuerrecht"),
    ("fr", "Nous sommes une entreprise française."),
    ("es", "Trabajarás con el equipo francés."),
    ("pt", "Somos uma empresa portuguesa."),
    ("it", "Siamo un'azienda italiana."),
    ("nl", "Wij zijn een Frans bedrijf."),
    ("pl", "Polska firma z siedzibą w Warszawie"),
]
DENIED = [
    ("en", "No German required."),
    ("en", "You do not need to speak German."),
    ("en", "(no need to speak French!)"),
    ("de", "Keine Deutschkenntnisse erforderlich."),
    ("fr", "Pas besoin de parler français."),
    ("es", "No es necesario hablar inglés."),
    ("pt", "Não é necessário inglês."),
    ("it", "Non è richiesto l'inglese."),
    ("nl", "Nederlands is niet nodig."),
    ("pl", "Znajomość języka niemieckiego nie jest wymagana."),
]
TITLES = [
    ("en", "Java Developer - Danish", "da"),
    ("en", "German-speaking Support Agent", "de"),
    ("en", "Customer Support with Norwegian - Remote", "no"),
    ("en", "Support Agent (bilingual EN/FR)", "en fr"),
    ("en", "Business Manager (Mandarin/Cantonese Speaker)", "zh"),
    ("en", "French Copywriter", "fr"),
    ("en", "Operations Coordinator - Spanish Market", ""),
    ("en", "Backend Engineer, French Team", ""),
    ("en", "IT Support Engineer", ""),
    ("en", "Sales Manager (no German required)", ""),
    ("de", "Vertrieb (keine Deutschkenntnisse erforderlich)", ""),
    ("de", "Kundenberater mit Italienisch (m/w/d)", "it"),
    ("fr", "Traducteur anglais-français", "en fr"),
    ("pt", "Apoio ao Cliente com Alemão", "de"),
    ("pl", "Specjalista z językiem francuskim", "fr"),
]
TAUGHT = [
    ("pl", "Oferujemy: kartę sportową i dofinansowanie nauki języka angielskiego."),
    ("pl", "Darmowe zajęcia online z języka angielskiego"),
    ("pl", "Opłacane przez firmę kursy języka angielskiego, rosyjskiego i niemieckiego"),
    ("pl", "Szkolenia językowe (angielski i niemiecki na różnym poziomie zaawansowania)"),
    ("fr", "Des formations en langue anglaise à tous les niveaux, du basique au courant"),
    ("es", "Ofrecemos formación en idiomas (inglés básico y avanzado)."),
]
LEVELS = [
    ("en", "Native Danish speaker", "native"),
    ("en", "Fluency in Danish", "fluent"),
    ("en", "Danish (C1)", "fluent"),
    ("en", "Danish at B2 level", "working"),
    ("en", "Basic Danish skills", "basic"),
    ("en", "Danish for reading", "basic"),
    ("en", "Fluent in reading, writing and speaking Danish", "fluent"),
    ("de", "Dänisch zum Lesen", "basic"),
    ("fr", "Danois lu", "basic"),
    ("fr", "Danois courant (lu, écrit, parlé)", "fluent"),
    ("pt", "Dinamarquês para leitura", "basic"),
    ("en", "Danish skills", None),
    ("de", "Verhandlungssicheres Dänisch", "fluent"),
    ("de", "Grundkenntnisse in Dänisch", "basic"),
    ("de", "Dänisch auf muttersprachlichem Niveau", "native"),
    ("fr", "Notions de danois", "basic"),
    ("fr", "Danois courant", "fluent"),
    ("es", "Nivel intermedio de danés", "working"),
    ("es", "Danés nativo", "native"),
    ("pt", "Dinamarquês básico", "basic"),
    ("it", "Buona padronanza del danese", "working"),
    ("nl", "Vloeiend Deens", "fluent"),
    ("pl", "Płynny duński", "fluent"),
]


def stated(text: str, language: str, *, title: str = "Engineer") -> tuple[LanguageNeed, ...]:
    """What is read of a title and a text."""
    return read_languages(document_of(title, text), (), language).stated


def codes(found: tuple[LanguageNeed, ...], need: str) -> str:
    """The languages of one kind, sorted; alternatives joined by a stroke."""
    return " ".join(sorted("|".join(language.codes) for language in found if language.need == need))


@pytest.mark.parametrize(("language", "text", "needed"), NEEDED)
def test_what_one_must_speak_is_needed(language: str, text: str, needed: str) -> None:
    found = stated(text, language)
    assert (codes(found, "needed"), codes(found, "wanted")) == (needed, "")


@pytest.mark.parametrize(("language", "text", "needed", "wanted"), WANTED)
def test_what_is_called_a_plus_is_wanted_and_what_stands_beside_it_is_not(
    language: str, text: str, needed: str, wanted: str
) -> None:
    found = stated(text, language)
    assert (codes(found, "needed"), codes(found, "wanted")) == (needed, wanted)


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_companies_teams_customers_and_laws_say_nothing(language: str, text: str) -> None:
    assert stated(text, language) == ()


@pytest.mark.parametrize(("language", "text"), TAUGHT)
def test_what_the_employer_lets_one_learn_is_no_need(language: str, text: str) -> None:
    assert stated(text, language) == ()


@pytest.mark.parametrize(("language", "text"), DENIED)
def test_a_denial_gives_no_need(language: str, text: str) -> None:
    assert stated(text, language) == ()


@pytest.mark.parametrize(("language", "title", "needed"), TITLES)
def test_a_title_names_a_language_by_itself_or_beside_words_of_speaking(language: str, title: str, needed: str) -> None:
    assert codes(stated("We build it.", language, title=title), "needed") == needed


@pytest.mark.parametrize(("language", "text", "level"), LEVELS)
def test_a_level_is_read_in_words_and_in_those_of_the_european_framework(
    language: str, text: str, level: str | None
) -> None:
    (found,) = stated(f"Profil\n• {text}", language)
    assert (found.codes, found.level) == (("da",), level)


def test_each_language_of_a_list_has_its_own_level() -> None:
    found = stated("• German (C1) and English (B2), basic French", "en")
    assert [(language.codes, language.level) for language in found] == [
        (("de",), "fluent"),
        (("en",), "working"),
        (("fr",), "basic"),
    ]


def test_a_title_outweighs_a_wish_in_the_text() -> None:
    found = stated("• Danish is a plus", "en", title="Support Agent with Danish")
    assert (codes(found, "needed"), codes(found, "wanted")) == ("da", "")


def test_an_alternative_is_left_out_where_one_of_its_languages_is_needed_anyway() -> None:
    assert codes(stated("• Fluent in English or German\n• Fluent English", "en"), "needed") == "en"


def test_the_field_of_a_board_is_read_by_code_and_by_name() -> None:
    fields = (Stated("languages", "de-DE"), Stated("languages", "French (C1)"), Stated("languages", "none"))
    found = read_languages(document_of("Engineer", "We build it."), fields, "en").stated
    assert [(language.codes, language.level, language.evidence.source) for language in found] == [
        (("de",), None, "languages"),
        (("fr",), "fluent", "languages"),
    ]


def test_the_language_of_the_posting_is_kept_apart() -> None:
    found = read_languages(document_of("Entwickler", "Wir suchen dich."), (), "de")
    assert (found.stated, found.written_in) == ((), "de")


def test_the_words_that_decided_are_quoted() -> None:
    (found,) = stated("About us\nWe build it.\nRequirements\n• Fluent German, spoken and written", "en")
    assert (found.evidence.source, found.evidence.text) == ("text", "• Fluent German, spoken and written")


def test_names_of_the_language_of_the_text_are_not_read_in_another() -> None:
    assert stated("Lets talk: fluent Pools of people", "en") == ()
