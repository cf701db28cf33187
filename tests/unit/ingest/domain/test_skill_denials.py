"""What a posting says is not needed, or only wished for, is not core."""

import pytest

from tests.support.drafting import normalised
from tests.support.in_one_test import in_one_test

NOT_NEEDED = """
Kafka is not needed
You need no Kafka
You need no Kafka experience
Kafka isn't required
Kafka isn’t required
Kafka is not a must
Kafka is not strictly necessary
Kafka experience is not necessary
Experience with Kafka is not essential
Knowledge of Kafka is not a prerequisite
Knowledge of Kafka is not a hard requirement
Experience with Kafka is great, but not required
Tools such as Kafka (ideal but not essential)
You will work with Kafka (no prior experience required)
You will work in Kafka (but you don't need to have experience with it)
you don't need to know Kafka
You don’t need to know Kafka
You do not have to know Kafka
You don't have to be a Kafka expert
You needn't know Kafka
No experience in Kafka needed
No experience with Kafka necessary
No prior Kafka necessary
No Kafka experience required
No previous knowledge of Kafka is expected
No need to know Kafka
No need for Kafka
There is no need to have used Kafka
We do not require Kafka
We don't expect you to know Kafka
We don't ask for Kafka
It is not necessary to know Kafka
It's not essential that you have worked with Kafka
No Kafka? No problem
No experience with Kafka? No problem!
Never used Kafka? We will teach you
We do not use Kafka
We no longer write Kafka
This is not a Kafka role
Redis rather than Kafka
Redis instead of Kafka
Redis statt Kafka
Redis au lieu de Kafka
Kafka is unnecessary
Kafka is by no means required
It's okay if you don't know Kafka
Don't worry if you have never used Kafka
Lack of Kafka experience is fine
Candidates need not know Kafka
Kafka, Redis or Celery are not required
Experience in Kafka or similar is not required
Kafka muss nicht sein
Kafka brauchst du nicht
Es ist nicht notwendig, Kafka zu kennen
Kafka (non obligatoire)
Aucun prérequis en Kafka
Kafka (no requerido)
sem necessidade de Kafka
Kafka niewymagana
Apply even without knowledge of Kafka
Kafka (not required)
Kafka, though not required
Kafka: kein Muss
Kafka ist kein Muss
Kafka-Kenntnisse sind kein Muss
Kafka-Kenntnisse sind nicht zwingend erforderlich
Kafka nicht erforderlich
Kafka ist nicht zwingend notwendig
Erfahrung mit Kafka ist keine Voraussetzung
Kafka wird nicht vorausgesetzt
Du musst Kafka nicht kennen
Du brauchst kein Kafka
Keine Erfahrung mit Kafka nötig
Keine Vorkenntnisse in Kafka erforderlich
Kenntnisse in Kafka sind nicht nötig
Kafka non requis
Kafka n'est pas requis
Kafka n’est pas indispensable
La maîtrise de Kafka n'est pas obligatoire
L'expérience avec Kafka n'est pas nécessaire
pas besoin de connaître Kafka
Pas besoin de Kafka
Aucune expérience de Kafka requise
Aucune connaissance de Kafka n'est exigée
Il n'est pas nécessaire de connaître Kafka
Vous n'avez pas besoin de connaître Kafka
no es necesario Kafka
No es necesario saber Kafka
No es imprescindible tener experiencia con Kafka
No se requiere Kafka
No se requiere experiencia previa en Kafka
No necesitas saber Kafka
Kafka no es obligatorio
No hace falta Kafka
No se exige experiencia en Kafka
Sin necesidad de conocer Kafka
não é necessário Kafka
Não é necessário ter experiência com Kafka
Não é preciso saber Kafka
Kafka não é obrigatório
Não exigimos Kafka
Não precisa saber Kafka
Kafka non è richiesto
Non è necessario conoscere Kafka
Non è richiesta esperienza con Kafka
Kafka is niet vereist
Ervaring met Kafka is geen vereiste
Kafka is niet nodig
Je hoeft geen Kafka te kennen
Kafka nie jest wymagana
Znajomość Kafka nie jest konieczna
Nie musisz znać Kafka
Nie wymagamy znajomości Kafka
"""
WISHED = """
Kafka is a plus but not a must
Kafka would be great
Kafka would be nice
Kafka would be a bonus
Kafka is a bonus
Kafka would be beneficial
Kafka would be an asset
Kafka is an asset.
Kafka would be an advantage
Kafka is advantageous
Kafka nice-to-have
Kafka (nice to have)
Kafka is welcome
Kafka will be a significant plus
Bonus: Kafka
Bonus points for Kafka
Extra points if you know Kafka
Even better if you know Kafka
Preferably Kafka
Kafka is optional
Kafka wünschenswert
Kafka-Kenntnisse wünschenswert
Idealerweise Kafka
Kafka von Vorteil
Kafka ist ein Plus
Kafka gerne gesehen
Kafka souhaité
Connaissance de Kafka souhaitée
Idéalement Kafka
Kafka serait un plus
Kafka est un atout
Atout : Kafka
Kafka apprécié
Kafka deseable
Kafka es un plus
Se valorará Kafka
Se valora experiencia con Kafka
Kafka (no excluyente)
Kafka desejável
Desejável conhecimento em Kafka
Será um diferencial Kafka
Kafka gradito
Gradita conoscenza di Kafka
Kafka costituisce titolo preferenziale
Kafka is een pré
Kafka is een plus
Kafka bij voorkeur
Kafka mile widziana
Mile widziana znajomość Kafka
Kafka będzie dodatkowym atutem
"""
ASKED_FOR = """
Nothing beats your Kafka
not without Kafka experience
You will not get far without Kafka
There is no substitute for Kafka
no-code tools such as Kafka
You are no stranger to Kafka
No less than 5 years of Kafka
No fewer than three years of Kafka
Not only Kafka
not only Java but Kafka
You know not only Java but also Kafka
You don't just know Kafka
You can't live without Kafka
You do not shy away from Kafka
Kafka is not optional
Kafka is not a nice to have
Kafka is non-negotiable
We do not compromise on Kafka
You don't need to be asked twice to run Kafka
You know Kafka, not just from tutorials
No one knows Kafka better
No matter the stack, you know Kafka
We don't care about degrees, we care about Kafka
No degree needed, but Kafka
No degree required: Kafka is what counts
No degree? No problem. Kafka is a must
A degree is not required; Kafka is
No agencies, Kafka required
Kafka, degree not required
Kafka (degree not required)
5 years of Kafka, travel not required
You need not be told why Kafka matters
You know Kafka; no need to explain it
It's okay if you love Kafka
Don't worry, Kafka is our main tool
If you don't like meetings but love Kafka
This is not a junior role, you know Kafka
You would rather run Kafka than sleep
You use Kafka instead of mail
Not your first time with Kafka
Kafka (no juniors)
Don't apply without Kafka
You are not afraid of Kafka
You do not need supervision when you run Kafka
You know relational and non-relational stores and Kafka
Our stack includes (but is not limited to) Kafka
Ohne Kafka geht nichts
Nicht nur Kafka
Keine Angst vor Kafka
Kafka ist nicht verhandelbar
Kafka ist für dich kein Fremdwort
Kafka n'a plus de secrets pour vous
Pas seulement Kafka
Kafka no negociable
No solo Kafka
Kafka não é novidade
"""


def required(asked: str) -> dict[str, bool]:
    items = f"<li>Haskell</li><li>{asked}</li><li>Patience</li>"
    skills = normalised("Somebody", f"<h3>Requirements</h3><ul>{items}</ul>").skills
    return {skill.name: skill.core for skill in skills if skill.name != "Haskell"}


@in_one_test("asked", [*NOT_NEEDED.strip().splitlines(), *WISHED.strip().splitlines()])
def test_what_is_not_needed_or_only_wished_for_is_listed_and_not_core(asked: str) -> None:
    assert required(asked)["Kafka"] is False


@in_one_test("asked", ASKED_FOR.strip().splitlines())
def test_words_that_deny_something_else_leave_a_skill_required(asked: str) -> None:
    assert required(asked)["Kafka"] is True


@pytest.mark.parametrize(
    ("asked", "skills"),
    [
        ("Python is required, Scala is not", {"Python": True, "Scala": False}),
        ("Python is required, but Scala is not", {"Python": True, "Scala": False}),
        ("Python is a must, Scala isn't", {"Python": True, "Scala": False}),
        ("You need Python but not Scala", {"Python": True, "Scala": False}),
        ("You need Python; no Scala required", {"Python": True, "Scala": False}),
        ("3 years of Python (no Scala needed)", {"Python": True, "Scala": False}),
        ("You don't need Scala, but you know Python well", {"Python": True, "Scala": False}),
        ("You don't need Scala, Java or Kotlin", {"Scala": False, "Java": False, "Kotlin": False}),
        ("No Scala, Java or Kotlin experience required", {"Scala": False, "Java": False, "Kotlin": False}),
        ("Experience with Scala, Java and Kotlin is not required", {"Scala": False, "Java": False, "Kotlin": False}),
        ("not only Java but Kotlin", {"Java": True, "Kotlin": True}),
        ("Python ist Pflicht, Scala nicht", {"Python": True, "Scala": False}),
        ("Python ist ein Muss, Scala kein Muss", {"Python": True, "Scala": False}),
        ("Python est exigé, Scala non", {"Python": True, "Scala": False}),
        ("Python es obligatorio, Scala no", {"Python": True, "Scala": False}),
    ],
)
def test_only_the_list_that_is_denied_is_not_core(asked: str, skills: dict[str, bool]) -> None:
    assert required(asked) == skills


@pytest.mark.parametrize(
    ("asked", "skills"),
    [
        ("Excellent Python knowledge. (Scala will be a significant plus).", {"Python": True, "Scala": False}),
        ("Knowledge of Python; knowledge of Scala is a plus", {"Python": True, "Scala": False}),
        ("Experience with Python (some experience with Scala preferred)", {"Python": True, "Scala": False}),
        ("You have knowledge of Python, and ideally Scala", {"Python": True, "Scala": False}),
        ("Fluent in German and English, other languages are a plus", {"German": True, "English": True}),
        ("Fluent in German and English (other languages a plus)", {"German": True, "English": True}),
        ("Du sprichst sehr gutes Deutsch – weitere Sprachen sind ein Plus", {"German": True}),
        (
            "Experience with tools like Python, Scala, and Java is a plus",
            {"Python": False, "Scala": False, "Java": False},
        ),
    ],
)
def test_a_wish_of_its_own_leaves_what_stands_before_it_required(asked: str, skills: dict[str, bool]) -> None:
    assert required(asked) == skills


@pytest.mark.parametrize(
    "asked", ["Fluent in English (no need to speak French!)", "You are fluent in English (no French required)"]
)
def test_a_language_that_is_not_asked_for_is_no_skill(asked: str) -> None:
    assert required(asked) == {"English": True}


def test_a_language_that_is_wished_for_is_listed() -> None:
    assert required("Fluent in English (French is a plus, but not required)") == {"English": True, "French": False}


def test_a_skill_of_the_title_is_core_whatever_is_said_of_experience_in_it() -> None:
    html = "<h3>Requirements</h3><ul><li>No experience in Kafka needed</li></ul>"
    assert [(skill.name, skill.core) for skill in normalised("Kafka Engineer", html).skills] == [("Kafka", True)]
