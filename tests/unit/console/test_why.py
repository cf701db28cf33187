"""The story of a job for somebody, asked for by a form: masked until revealed, which is written down."""

from services.notifier.domain.people import Subscriber
from services.usecases import operators
from tests.support.console import ServedConsole
from tests.support.notifying import NotifierStore, arrival, posting

JOB = posting("one").posting_id


def ada(console: ServedConsole) -> Subscriber:
    store = NotifierStore(console.installation.engine)
    person = store.person(now=console.now)
    key = store.search(person, name="Secret plans", hour=8, now=console.now).key
    store.matches.store(0, [arrival(0, posting("one", fetched_at=console.now), (key,))], console.now)
    return person


def story(console: ServedConsole, person: str, **more: str) -> str:
    fields = {"person": person, "posting": JOB, "token": console.form_token()}
    return console.client.post("/why", data=fields | more).text


def acts(console: ServedConsole) -> list[tuple[str, str]]:
    return [(act.act, act.about) for act in operators.latest(console.installation)]


def test_whom_nobody_knows_is_said_beside_the_form(console: ServedConsole) -> None:
    fields = {"person": "<b>nobody@example.com", "posting": "nowhere", "token": console.form_token()}
    page = console.client.post("/why", data=fields)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "<b>nobody" not in page.text
    assert "nobody@example.com" not in str(page.url)
    assert console.client.post("/why", data=fields | {"token": "forged"}).status_code == 403
    assert 'role="alert"' in console.client.post("/why", data=fields | {"reveal": "true"}).text
    assert acts(console) == []


def test_a_story_is_masked_until_revealed_and_that_is_written_down(console: ServedConsole) -> None:
    person = ada(console)
    page = story(console, person.profile.address)
    assert f"it fits their search {console.installation.searches.all()[0].search_id}" in page
    assert "Secret plans" not in page
    assert "Python is core" not in page
    assert acts(console) == []
    page = story(console, person.subscriber_id, reveal="true")
    assert "it fits their search “Secret plans”" in page
    assert "Python is core" in page
    assert "Reveal it" not in page
    assert acts(console) == [("reveal", person.subscriber_id)]
    assert "Secret plans" in story(console, person.profile.address)
    assert "Secret plans" in console.client.get(f"/people/{person.subscriber_id}").text
    console.client.cookies.clear()
    console.sign_in()
    assert "Secret plans" not in story(console, person.profile.address)


def test_who_was_revealed_on_their_own_page_is_in_stories_too(console: ServedConsole) -> None:
    own = ada(console).subscriber_id
    console.client.post(f"/people/{own}/reveal", data={"token": console.form_token()})
    assert "Secret plans" in story(console, own)


def test_each_field_of_the_posting_with_its_words_is_a_link_away(console: ServedConsole) -> None:
    page = story(console, ada(console).subscriber_id)
    assert f'href="/postings/{JOB}#fields"' in page
    assert 'id="fields"' in console.client.get(f"/postings/{JOB}").text
