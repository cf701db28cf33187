"""The mapping of a source that is there, changed by pressing: what would change is said first, and it can be undone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from errno import ENOSPC
from pathlib import Path

import pytest

from services.ingest.mapping.files import mapping_in
from services.runtime.errors import UsageError
from services.settings import load_settings
from services.usecases import operators, remapping
from tests.support.console import ServedConsole, served_console
from tests.support.walking import open_browser

ROWS = """{"data": {"vacancies": [
  {"ref": 1, "name": "Cook", "link": "/1", "form": "VZ", "wage": "60000 EUR a year", "slug": "cook"},
  {"ref": 2, "name": "Baker", "link": "/2", "form": "VZ", "slug": "baker"},
  {"ref": 3, "link": "/3", "form": "TZ", "slug": "nobody"}]}}"""
MAPPING = """# the forms are those of their handbook
kind = "json"
items = "data.vacancies"
complete = true
[fields]
source_id = "ref"
title = "name"
company = { constant = "Fern" }
url = { template = "https://fern.example{link}" }
employment = { path = ["form", "art"], values = { VZ = "full-time" } }
"""
SETTINGS = """[[ingest.sources]]
name = "fern"
url = "%s"
mapping = "fern.toml"
[[ingest.sources]]
name = "moss"
url = "other.json"
[[ingest.sources]]
name = "reed"
url = "other.json"
format = "mapping:within"
[ingest.mappings.within]
kind = "json"
fields = { source_id = "a", title = "b" }
"""


@dataclass
class Mapped:
    console: ServedConsole
    file: Path
    feed: Path

    def press(self, act: str = "try", source: str = "fern", **fields: str) -> tuple[int, str]:
        asked = {"act": act, "source": source, "token": self.console.form_token(), **self.chosen(), **fields}
        answer = self.console.client.post("/mapping", data=asked)
        return answer.status_code, answer.text

    def chosen(self) -> dict[str, str]:
        """As the form that is shown has it."""
        shown = remapping.mapped_source(
            self.console.installation.settings.ingest, self.file.parent / "jobchime.toml", "fern"
        )
        return {"digest": shown.digest} | {
            f"{part}.{name}": text
            for name, choice in remapping.chosen_in(shown.table).items()
            for part, text in zip(("from", "text", "date"), choice, strict=True)
        }


@pytest.fixture(params=["a file", "a folder"])
def mapped(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Mapped]:
    is_file = request.param == "a file"
    feed = tmp_path / "openings.json" if is_file else tmp_path / "drop" / "openings.json"
    feed.parent.mkdir(exist_ok=True)
    feed.write_text(ROWS)
    (tmp_path / "fern.toml").write_text(MAPPING)
    settings = tmp_path / "jobchime.toml"
    settings.write_text(SETTINGS % (feed.name if is_file else "drop"))
    with served_console(tmp_path / "data", file=settings, ingest=load_settings(settings).ingest) as console:
        console.sign_in()
        yield Mapped(console, tmp_path / "fern.toml", feed)


def test_its_mapping_is_shown_beside_a_row_pressed_with_what_would_change_saved_and_taken_back(mapped: Mapped) -> None:
    status, page = mapped.press("show")
    assert (status, "Nothing: all is chosen as the file has it." in page) == (200, True)
    assert '<option value="name" selected>' in page.partition('name="from.title"')[2].partition("</select>")[0]
    assert "<span>60000 EUR a year</span>" in page
    assert "Save the changed mapping" not in page
    pressed = {"at": "wage", "is": "pay_text"}
    status, page = mapped.press("try", **pressed)
    assert status == 200
    assert "Of the 3 rows that come first 1 would be read otherwise." in page
    [(posting, field, before, after)] = re.findall(
        r'<th scope="row">(.*?)</th><td>(.*?)</td><td>(.*?)</td><td>(.*?)</td>',
        page.partition('id="changes"')[2].partition("</table>")[0],
    )
    assert (posting, field, before) == ("Cook", "Pay", "not said")
    assert after == "60,000 EUR a year"
    assert mapped.file.read_text() == MAPPING
    status, page = mapped.press("save", **{"from.pay_text": "wage"})
    assert (status, "is changed" in page, "Take back what was last saved here" in page) == (200, True, True)
    assert "Of the 3 rows that come first 1 will be read otherwise." in page
    now = mapping_in(mapped.file)
    assert (now.complete, now.fields.pay_text and now.fields.pay_text.path) == (True, ("wage",))
    assert now.fields.employment == mapping_in(mapped.file.with_name("fern.toml.before")).fields.employment
    assert mapped.press("undo")[0] == 200
    assert mapped.file.read_text() == MAPPING
    assert [(act.act, act.about) for act in operators.latest(mapped.console.installation)] == [
        ("undo mapping", "fern"),
        ("save mapping", "fern"),
        ("show mapping", "fern"),
    ]


def test_what_would_be_mailed_anew_or_lost_is_said_before_it_is_saved(mapped: Mapped) -> None:
    page = mapped.press("try", **{"from.source_id": "slug"})[1]
    assert "2 postings would have another id: they go out as new" in page
    page = mapped.press("try", **{"from.title": "wage"})[1]
    assert "<strong>1 would be no posting any more</strong>" in page
    assert "1 would be one that" not in page


def test_a_rule_that_says_more_than_a_form_shows_stays_until_something_else_is_chosen(mapped: Mapped) -> None:
    page = mapped.press("try")[1]
    assert page.count("its rule in the file says more than stands here") == 1
    mapped.press("save", **{"from.employment": "wage"})
    employment = mapping_in(mapped.file).fields.employment
    assert employment is not None
    assert (employment.path, employment.values) == (("wage",), {})


@pytest.mark.parametrize(
    ("act", "source", "fields", "said"),
    [
        ("show", "moss", {}, "no source that is read by a mapping of your own"),
        ("show", "../fern", {}, "no source that is read by a mapping of your own"),
        ("show", "reed", {}, "has no file in"),
        ("save", "fern", {}, "nothing was changed"),
        ("save", "fern", {"from.title": "nothing"}, "it would give no posting"),
        ("save", "fern", {"from.title": ""}, "title"),
        ("try", "fern", {"from.title": "a["}, "is not JSONPath"),
        ("undo", "fern", {}, "was not changed here"),
    ],
)
def test_what_cannot_be_shown_or_saved_is_said_and_nothing_is_written(
    mapped: Mapped, act: str, source: str, fields: dict[str, str], said: str
) -> None:
    status, page = mapped.press(act, source, **fields)
    assert status == 400
    assert said in page.partition('role="alert">')[2].partition("</p>")[0]
    assert mapped.file.read_text() == MAPPING
    assert not mapped.file.with_name("fern.toml.before").exists()


def hidden(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))


def test_a_feed_that_is_gone_is_said_and_what_was_chosen_stays_in_the_form(mapped: Mapped) -> None:
    mapped.feed.unlink()
    status, page = mapped.press("show")
    assert (status, "nothing came" in page, hidden(page)["source"]) == (400, True, "fern")
    assert "Try once more" not in page
    status, page = mapped.press("try", at="wage", **{"is": "pay_text", "from.title": "slug"})
    kept = hidden(page)
    assert (status, "nothing came" in page, "Try once more" in page) == (400, True, True)
    assert (kept["source"], kept["from.title"], kept["from.pay_text"]) == ("fern", "slug", "wage")
    mapped.feed.write_text(ROWS)
    answer = mapped.console.client.post("/mapping", data={"act": "try", **kept})
    assert (answer.status_code, "<dd>60,000 EUR a year</dd>" in answer.text) == (200, True)


def test_what_was_saved_is_taken_back_while_the_feed_is_away(mapped: Mapped) -> None:
    mapped.press("save", **{"from.pay_text": "wage"})
    mapped.feed.unlink()
    status, page = mapped.press("undo")
    assert (status, "is changed" in page, mapped.file.read_text()) == (200, True, MAPPING)


def test_what_was_changed_by_hand_meanwhile_is_no_press_lost(mapped: Mapped) -> None:
    mapped.press("save", **{"from.pay_text": "wage"})
    chosen = mapped.chosen() | {"from.title": "slug"}
    by_hand = mapped.file.read_text().replace('"wage"', '"name"')
    mapped.file.write_text(by_hand)
    # Tried once more it is still of the file as it was shown.
    chosen |= {"digest": hidden(mapped.press("try", **chosen)[1])["digest"]}
    status, page = mapped.press("save", **chosen)
    assert (status, "the file was changed meanwhile; read it anew" in page) == (400, True)
    assert (mapped.file.read_text(), mapped.file.with_name("fern.toml.before").read_text()) == (by_hand, MAPPING)
    anew = {"digest": hidden(mapped.press("show")[1])["digest"], "from.title": "slug"}
    status, page = mapped.press("save", **anew)
    assert (status, mapped.file.with_name("fern.toml.before").read_text()) == (200, by_hand)
    assert mapped.press("save", **{"from.title": "name", "digest": hidden(page)["digest"]})[0] == 200


def test_a_file_keeps_its_mode_and_what_it_was_before_where_it_cannot_be_written(
    mapped: Mapped, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = mapped.file.with_name("fern.toml.before")
    mapped.file.chmod(0o640)
    mapped.press("save", **{"from.pay_text": "wage"})
    assert [file.stat().st_mode & 0o777 for file in (mapped.file, before)] == [0o640, 0o640]
    saved = mapped.file.read_text()

    def is_full(*_: object) -> None:
        raise OSError(ENOSPC, "No space left on device")

    def is_cut(tried: Path) -> None:
        raise UsageError(f"{tried}, line 1: fields: is missing")

    monkeypatch.setattr("services.runtime.files.replacing.shutil.copymode", is_full)
    assert mapped.press("save", **{"from.title": "slug"})[0] == 503
    monkeypatch.undo()
    monkeypatch.setattr(remapping, "mapping_in", is_cut)
    status, page = mapped.press("save", **{"from.title": "slug"})
    assert (status, f"{mapped.file}, line 1" in page) == (400, True)
    assert (mapped.file.read_text(), before.read_text()) == (saved, MAPPING)
    assert not [*mapped.file.parent.glob(".*.tmp")]


@pytest.mark.parametrize(
    ("settings", "status", "said"),
    [
        ("\N{BYTE ORDER MARK}" + SETTINGS % "openings.json", 200, ""),
        ("[[ingest", 400, "is not TOML"),
        ("ingest = 1", 400, "the mapping fern has no file in"),
    ],
)
def test_a_settings_file_is_read_as_it_is_at_the_start_and_one_that_broke_since_is_said(
    mapped: Mapped, settings: str, status: int, said: str
) -> None:
    (mapped.file.parent / "jobchime.toml").write_text(settings, encoding="utf-8")
    got = mapped.console.client.post(
        "/mapping", data={"act": "show", "source": "fern", "token": mapped.console.form_token()}
    )
    assert (got.status_code, said in got.text) == (status, True)


def test_a_source_by_format_is_read_by_the_file_that_another_names_and_a_file_that_is_gone_is_said(
    mapped: Mapped,
) -> None:
    ingest = mapped.console.installation.settings.ingest
    file = mapped.file.parent / "jobchime.toml"
    file.write_text(file.read_text() + '[[ingest.sources]]\nname = "too"\nurl = "a"\nformat = "mapping:fern"\n')
    too = load_settings(file).ingest
    assert remapping.mapped_source(too, file, "too").file == mapped.file
    assert [name for name in ("fern", "moss", "reed", "too") if remapping.has_file(too, file, name)] == ["fern", "too"]
    mapped.file.unlink()
    with pytest.raises(UsageError, match="there is no mapping file"):
        remapping.mapped_source(ingest, file, "fern")


def test_only_a_source_whose_mapping_has_a_file_leads_to_it(mapped: Mapped) -> None:
    pages = {name: mapped.console.client.get(f"/sources/{name}").text for name in ("fern", "moss", "reed")}
    assert [name for name, page in pages.items() if "Its mapping, beside a row" in page] == ["fern"]


def test_a_feed_is_not_read_unseen_beside_a_sample(mapped: Mapped) -> None:
    assert mapped.press("try", sample="[]")[0] == 200
    assert [act.act for act in operators.latest(mapped.console.installation)] == ["try mapping"]


@pytest.mark.slow
def test_a_browser_leads_from_the_source_to_a_changed_mapping(mapped: Mapped) -> None:
    base = str(mapped.console.client.base_url).rstrip("/")
    with open_browser() as browser, browser.new_context(viewport={"width": 390, "height": 800}) as context:
        # The first time that anything is normalised all words are read.
        context.set_default_timeout(120_000)
        tab = context.new_page()
        tab.goto(f"{base}/sources/fern")
        tab.get_by_label("Token or password").fill("a token of sixteen bytes")
        tab.get_by_role("button", name="Sign in").click()
        tab.get_by_role("button", name="Its mapping, beside a row").click()
        tab.locator('input[name="at"][value="wage"]').check()
        tab.get_by_role("button", name="pay_text", exact=True).click()
        tab.get_by_text("1 would be read otherwise").wait_for()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 390
        tab.get_by_role("button", name="Save the changed mapping").click()
        tab.get_by_text("is changed").wait_for()
    assert mapping_in(mapped.file).fields.pay_text is not None
    assert (employment := mapping_in(mapped.file).fields.employment) is not None
    assert employment.values == {"VZ": "full-time"}


def test_a_key_in_the_address_of_a_source_is_not_shown_with_its_next_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paged = MAPPING.replace("complete = true", 'paging = { offset = { parameter = "skip", size = 3 } }')
    (tmp_path / "fern.toml").write_text(paged)
    settings = tmp_path / "jobchime.toml"
    settings.write_text(SETTINGS % "https://fern.example/jobs?key=private")
    monkeypatch.setattr(remapping, "body_of", lambda *_: ROWS.encode())
    with served_console(tmp_path / "data", file=settings, ingest=load_settings(settings).ingest) as console:
        console.sign_in()
        asked = {"act": "show", "source": "fern", "token": console.form_token()}
        page = console.client.post("/mapping", data=asked).text
    assert "The next page is <code>https://fern.example/jobs?key=…&amp;skip=…</code>" in page
    assert "private" not in page
