"""Whether a visa is sponsored, from sentences in eight languages."""

import pytest

from services.ingest.domain.text.anchors import anchor_words
from services.ingest.domain.visa import read_visa
from services.rules.lexicon.builder import LANGUAGES, written
from services.rules.sections import document_of

OFFERED = [
    ("en", "We can sponsor work visas for this position."),
    ("en", "Visa sponsorship available."),
    ("en", "Benefits\n• Visa support and relocation package"),
    ("en", "Visa sponsorship: Yes"),
    ("de", "Wir unterstützen dich bei Visum und Arbeitserlaubnis."),
    ("fr", "Nous vous accompagnons dans vos démarches de visa."),
    ("es", "Ofrecemos apoyo con el visado y la mudanza."),
    ("pt", "Oferecemos apoio com o visto e a mudança."),
    ("it", "Offriamo supporto per il visto e il trasferimento."),
    ("nl", "Wij helpen je met je visum en werkvergunning."),
    ("pl", "Oferujemy pomoc w uzyskaniu wizy."),
]
REFUSED = [
    ("en", "We are unable to sponsor or take over sponsorship of an employment visa at this time."),
    ("en", "This role isn’t eligible for visa sponsorship."),
    ("en", "Visa sponsorship:\nNo"),
    ("en", "Candidates requiring sponsorship, now or in the future, will not be considered."),
    ("en", "You must already hold the right to work in the UK."),
    ("en", "Applicants must be authorised to work in Canada."),
    ("en", "• Able to work in Ireland without visa sponsorship"),
    ("de", "Leider können wir kein Visum sponsern."),
    ("de", "Eine gültige Arbeitserlaubnis für Deutschland setzen wir voraus."),
    ("fr", "Nous ne sponsorisons pas de visa."),
    ("fr", "Vous disposez d'un permis de travail valide."),
    ("es", "No ofrecemos patrocinio de visa."),
    ("es", "Imprescindible contar con permiso de trabajo en España."),
    ("pt", "Não patrocinamos vistos para esta vaga."),
    ("pt", "É necessário ter autorização de trabalho válida."),
    ("it", "Non offriamo sponsorizzazione del visto."),
    ("it", "È richiesto un permesso di lavoro valido."),
    ("nl", "We kunnen geen visum sponsoren."),
    ("nl", "Een geldige werkvergunning is vereist."),
    ("pl", "Nie sponsorujemy wiz."),
    ("pl", "Wymagane ważne pozwolenie na pracę."),
]
NOTHING = [
    ("en", "We build the network behind Visa and Mastercard payments with the support of our partners."),
    ("en", "Responsibilities\n• Support visa and immigration processes for new colleagues"),
    ("en", "We use E-Verify to confirm that you are authorized to work in the U.S."),
    ("en", "Employer-sponsored health insurance, sponsored coworking and conference sponsorships."),
    ("en", "About us\nWe help companies with visas for their people."),
    ("en", "You will be the executive sponsor of our largest accounts."),
    ("de", "Wir unterstützen unsere Kunden bei der Digitalisierung."),
    ("it", "Hai visto il nostro supporto ai clienti?\nCerchiamo persone curiose."),
]


@pytest.mark.parametrize(("language", "text"), OFFERED)
def test_an_offer_is_read(language: str, text: str) -> None:
    found = read_visa(document_of("Engineer", text), language)
    assert found.value == "offered"
    assert found.evidence


@pytest.mark.parametrize(("language", "text"), REFUSED)
def test_a_refusal_and_papers_that_one_must_have_are_read_as_refused(language: str, text: str) -> None:
    found = read_visa(document_of("Engineer", text), language)
    assert found.value == "refused"
    assert found.evidence


@pytest.mark.parametrize(("language", "text"), NOTHING)
def test_cards_tasks_checks_and_other_sponsors_say_nothing(language: str, text: str) -> None:
    assert read_visa(document_of("Engineer", text), language).value == "unknown"


def test_a_refusal_beats_an_offer_and_an_offer_beats_papers_that_others_need() -> None:
    both = "We can sponsor visas to Germany; for any other country, you need to have existing right to work."
    assert read_visa(document_of("Engineer", both), "en").value == "offered"
    refused = f"Authorized to work in the USA without visa support.\n{both}"
    assert read_visa(document_of("Engineer", refused), "en").value == "refused"


def test_each_word_is_found_by_an_anchor() -> None:
    anchors = anchor_words()["visa"]
    for language in LANGUAGES:
        for kind in ("papers", "sponsor", "without", "hold"):
            words = written(f"visa.{kind}", language)
            assert [word for word in words if not any(anchor in f" {word}" for anchor in anchors)] == []
