"""The language of a posting, from a few lines of it."""

import pytest

from tests.support.drafting import normalised
from tests.support.notations import notations

TEXTS = {
    "en": "You will build and maintain the systems that our customers use each day, and you talk to them.",
    "de": "Du baust mit uns die Werkzeuge, die unsere Kunden jeden Tag benutzen, und sprichst mit ihnen.",
    "fr": "Vous construisez avec nous les outils que nos clients utilisent chaque jour et vous leur parlez.",
    "es": "Construirás con nosotros las herramientas que usan nuestros clientes cada día y hablarás con ellos.",
    "pt": "Você vai construir conosco as ferramentas que os nossos clientes usam todos os dias e falar com eles.",
    "it": "Costruirai con noi gli strumenti che i nostri clienti usano ogni giorno e parlerai con loro.",
    "nl": "Je bouwt met ons aan de hulpmiddelen die onze klanten elke dag gebruiken en je praat met hen.",
    "pl": "Będziesz z nami budować narzędzia, których nasi klienci używają na co dzień, i rozmawiać z nimi.",
    "sv": "Du bygger tillsammans med oss de verktyg som våra kunder använder varje dag och pratar med dem.",
    "fi": "Rakennat meidän kanssa työkaluja, joita asiakkaat käyttävät joka päivä. Se on mukava työ.",
    "tr": "Bizimle birlikte müşterilerimizin her gün kullandığı araçları geliştirecek ve onlar ile konuşacaksın.",
    "ro": "Vei construi împreună cu noi uneltele pe care le folosesc clienții în fiecare zi și vei vorbi cu ei.",
    "ja": "私たちと一緒に、お客様が毎日使うツールをPythonで開発していただきます。",
    "ko": "고객이 매일 사용하는 도구를 우리와 함께 Python으로 개발합니다.",
    "zh": "您将与我们一起开发客户每天使用的工具，并与他们交流。",
    "el": "Θα αναπτύξετε μαζί μας τα εργαλεία που χρησιμοποιούν οι πελάτες μας κάθε μέρα.",
    "he": "תפתחו איתנו את הכלים שהלקוחות שלנו משתמשים בהם כל יום.",
    "th": "คุณจะพัฒนาเครื่องมือที่ลูกค้าของเราใช้ทุกวันร่วมกับเรา",
    "uk": "Ви будете створювати разом із нами інструменти, якими щодня користуються наші клієнти.",
}


@pytest.mark.parametrize("code", TEXTS)
def test_one_sentence_tells_its_language(code: str) -> None:
    assert normalised(html=f"<p>{TEXTS[code]}</p>").language == code


@pytest.mark.parametrize(("text", "language"), notations("languages"))
def test_a_line_of_facts_is_told_by_words_of_postings_and_names_of_tools_tell_nothing(text: str, language: str) -> None:
    assert normalised(html=f"<p>{text}</p>").language == (None if language == "-" else language)


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_keeps_its_language_among_names_of_tools_and_an_english_heading(code: str) -> None:
    lists = "<h3>Tech stack</h3><ul><li>Python, SQL, Kafka, Docker</li><li>React, TypeScript</li></ul>"
    assert normalised("Senior Engineer", f"<p>{TEXTS[code] * 6}</p>{lists}").language == code


def test_russian_and_arabic_share_their_scripts_and_are_told_by_their_letters() -> None:
    russian = "Вы будете вместе с нами разрабатывать инструменты, которыми каждый день пользуются наши клиенты. "
    arabic = "ستقوم معنا بتطوير الأدوات التي يستخدمها عملاؤنا كل يوم وستتحدث معهم عن احتياجاتهم وأهدافهم. "
    assert normalised(html=f"<p>{russian * 3}</p>").language == "ru"
    assert normalised(html=f"<p>{arabic * 3}</p>").language == "ar"


def test_what_most_of_a_text_is_written_in_counts() -> None:
    assert normalised(html=f"<p>{TEXTS['fr'] * 2}</p><p>{TEXTS['en'] * 9}</p>").language == "en"
    assert normalised(html=f"<p>{TEXTS['de'] * 9}</p><p>{TEXTS['en'] * 9}</p>").language is None
