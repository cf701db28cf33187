"""What a card says of what its reader can do, where the job names it."""

from dataclasses import replace

import pytest
from lxml import html as lxml_html

from bench.relevance.claims import lines_of
from schemas.criteria import Criteria, SkillTerms
from schemas.posting import PostingCore, Skill
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.domain.links import links_for
from services.notifier.domain.model import Digest
from services.notifier.domain.weights import Against, Chance, Doubt
from services.notifier.domain.wording.view import but_line, why_briefly, why_of
from services.wording.catalogues import words_of
from tests.support.digests import SENDER, digest, posting, recipient, search
from tests.support.placed_digest import TOWNS, in_towns

SUPPORT = search("Support", Criteria(roles={"any": ["customer-support-representative"]}))
PAGER = search("Platform", Criteria(skills=SkillTerms(any=("Kubernetes",))))
TEXT = "You answer by Zendesk and by phone, refund by SAP, and write macros in SQL. Retail helps."


def job(**changes: object) -> PostingCore:
    role = {"title": "Customer Support Representative", "roles": ("customer-support-representative",), "skills": ()}
    return posting("one", **({"description_text": TEXT} | role | changes))


def made_of(*knows: str, by: object = SUPPORT, **changes: object) -> Digest:
    return digest(job(**changes), to=recipient(knows=knows), by=by)


def why(made: Digest, locale: str = "en") -> tuple[str, ...]:
    return why_briefly(made.items[0], words_of(locale))


def test_a_card_says_what_of_what_its_reader_can_do_the_job_names_three_at_most_in_their_words() -> None:
    made = made_of("welding", "zendesk", "phone", "SQL", "retail")
    assert why(made) == ("Names zendesk, phone and SQL, from what you can do",)


def test_what_is_written_in_capitals_is_named_by_no_other_word_and_words_that_only_join_others_are_not_named() -> None:
    small = "If it is on the way or can be done by phone, you do it."
    assert why(made_of("IT", "OR", "CAN", "the", "phone", description_text=small)) == (
        "Names phone, from what you can do",
    )
    assert why(made_of("IT", "SAP", description_text="You look after the IT and refund by SAP/R3.")) == (
        "Names IT and SAP, from what you can do",
    )


def test_html_and_text_of_a_mail_say_it_as_text() -> None:
    page = JinjaRenderer(SENDER).render(made := made_of("SQL", "Zendesk"), links_for(made, "", b"secret"))
    said = "Names SQL and Zendesk, from what you can do"
    assert said in " ".join(str(lxml_html.fromstring(page.html).xpath("string()")).split())
    assert said in " ".join(page.text.split())
    hostile = replace(made, items=tuple(replace(item, known=("<b>SQL</b> & {0}",)) for item in made.items))
    assert "&lt;b&gt;SQL&lt;/b&gt; &amp; {0}" in JinjaRenderer(SENDER).render(hostile, links_for(made, "", b"s")).html


@pytest.mark.parametrize(
    ("locale", "line"),
    [
        ("de", "Nennt SQL und Zendesk, was du mitbringst"),
        ("es", "Menciona SQL y Zendesk, de lo que sabes hacer"),
        ("fr", "Mentionne SQL et Zendesk, parmi ce que vous savez faire"),
        ("pt", "Menciona SQL e Zendesk, do que você sabe fazer"),
    ],
)
def test_it_is_said_in_the_language_of_the_reader(locale: str, line: str) -> None:
    assert why(made_of("SQL", "Zendesk"), locale) == (line,)


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "Zendesk Support Representative"},
        {"title": "Soporte", "skills": (Skill(name="Zendesk", strength="title"),)},
        {"company": "Zendesk"},
        {"skills": (Skill(name="Zendesk", strength="passing"),)},
        {"skills": (Skill(name="Zendesk", strength="employer"),)},
        {"description_text": "No Zendesk here, and without Zendesk you answer faster."},
        {"description_text": "You answer by phone."},
    ],
)
def test_what_the_title_or_the_employers_name_says_and_what_the_work_does_without_is_not_named(
    changes: dict[str, object],
) -> None:
    assert "Zendesk" not in " ".join(why(made_of("Zendesk", **changes)))


def test_words_that_stand_apart_name_nothing_together() -> None:
    apart = {"description_text": "It joins brand, marketing and sales. Node, js: both."}
    assert why(made_of("brand marketing", "Node.js", "sales", **apart)) == ("Names sales, from what you can do",)
    beside = {"description_text": "You know brand-marketing and Node.js."}
    assert why(made_of("brand marketing", "Node.js", **beside)) == (
        "Names brand marketing and Node.js, from what you can do",
    )


def test_a_language_is_left_to_the_line_that_says_what_is_needed() -> None:
    assert why(made_of("German", "SQL", description_text=f"{TEXT} German.")) == ("Names SQL, from what you can do",)


def test_a_tool_whose_name_is_another_word_is_named_where_the_posting_lists_it() -> None:
    words, lists = {"description_text": "Ready to go?"}, {"skills": (Skill(name="Go", strength="required"),)}
    assert "Go" not in " ".join(why(made_of("Go", **words)))
    assert why(made_of("Go", **words, **lists)) == ("Names Go, from what you can do",)


def test_what_the_first_line_says_is_not_said_again() -> None:
    asks = {"skills": (Skill(name="Kubernetes", strength="required"),), "description_text": f"K8s Kubernetes. {TEXT}"}
    made = made_of("K8s", "kubernetes", "SQL", by=PAGER, **asks)
    assert why(made) == ("Asks for Kubernetes", "Names SQL, from what you can do")
    assert why(made_of("K8s", by=PAGER, **asks)) == ("Asks for Kubernetes",)


def test_what_speaks_against_a_job_takes_the_place_of_it() -> None:
    made = made_of("SQL", by=PAGER, skills=(Skill(name="Kubernetes", strength="required"),))
    against = (Doubt("travel", amount=50.0),)
    item = replace(made.items[0], chance=Chance(0.6, lambda: [Against(against[0], 1.0)]))
    page = JinjaRenderer(SENDER).render(shown := replace(made, items=(item,)), links_for(shown, "", b"secret"))
    assert but_line(
        why_of(item.found_by[0], item.posting, against, item.known, bar=False), item.posting, words_of("en")
    )
    assert "Asks for Kubernetes" in page.text
    assert "from what you can do" not in page.text


def test_one_job_in_several_places_names_what_each_of_them_does() -> None:
    first, second, *_ = in_towns(TOWNS, title="Data Engineer", company="Tidewater Energy")
    several = [
        first.model_copy(update={"description_text": f"{first.description_text} SQL and retail."}),
        second.model_copy(update={"description_text": f"{second.description_text} SQL and shops."}),
    ]
    made = digest(*several, to=recipient(knows=("retail", "SQL")))
    page = JinjaRenderer(SENDER).render(made, links_for(made, "", b"secret"))
    assert [item.beside for item in made.items] == [False, True]
    assert "Names SQL, from what you can do" in page.text


def test_whoever_says_nothing_of_it_gets_the_same_mail_whatever_was_rendered_before() -> None:
    renderer = JinjaRenderer(SENDER)
    silent, knowing = made_of(), made_of("SQL")
    before = renderer.render(silent, links_for(silent, "", b"secret"))
    assert renderer.render(knowing, links_for(knowing, "", b"secret")) != before
    assert renderer.render(silent, links_for(silent, "", b"secret")) == before
    assert "what you can do" not in before.text


def test_each_thing_that_is_named_is_a_claim() -> None:
    asks = {"skills": (Skill(name="Kubernetes", strength="required"),)}
    [item] = made_of("SQL", "zendesk", by=PAGER, **asks).items
    first, second = lines_of(item, words_of("en"))
    assert first.claims == ("asks for: Kubernetes",)
    assert second.claims == ("names: SQL", "names: zendesk")
