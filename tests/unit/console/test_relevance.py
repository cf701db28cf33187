"""What readers made of their jobs, in the console: counted over all, with nobody named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.notifier.domain.feedback import statement_of
from tests.support.console import ServedConsole, served_console
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.serving import HOUR, serve


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.now = NOW + HOUR
        made.sign_in()
        yield made


def test_the_share_that_was_accepted_is_of_what_was_judged(console: ServedConsole) -> None:
    store = NotifierStore(console.installation.engine)
    assert "Nothing yet." in console.client.get("/relevance").text
    ada = store.person()
    key = store.search(ada, hour=8).key
    for day, name in enumerate(("one", "two", "three")):
        serve(store, NOW + (3 + 24 * day) * HOUR, name, [key])
    store.feedback.say(ada.subscriber_id, statement_of("more_like", posting("one"), NOW), NOW)
    store.feedback.say(ada.subscriber_id, statement_of("not_relevant", posting("two"), NOW), NOW)
    page = console.client.get("/relevance").text
    fit, score, source = (page.partition(f"<h2>{name}</h2>")[2] for name in ("By fit", "By score", "By source"))
    cells = [part.partition("</td>")[0] for part in fit.split('<td class="figure">')[1:5]]
    assert cells == ["3", "1", "1", "50 %"]
    assert '<th scope="row">0 to 9</th>' in score
    assert '<th scope="row">boards</th>' in source
    assert "ada" not in page.partition("<main")[2]
