"""Settings as operators give them: by a file and by variables, each fault named by the one that it came from."""

import json
import os
import re
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.runtime.errors import UsageError
from services.runtime.files.toml import read_toml
from services.settings import Settings, load, load_settings
from services.settings.loading import name_of, place_of, places_in, variables

ROOT = Path(__file__).resolve().parents[2]
PYDANTIC = re.compile(r"Input should|valid (integer|string|number|list)|Field required|Value error|type=")


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("JOBCHIME_") and place_of(Settings, name)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _file(folder: Path, text: str | bytes) -> Path:
    file = folder / "jobchime.toml"
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


def _refusal(file: Path | None = None) -> str:
    with pytest.raises(UsageError) as refused:
        load_settings(file)
    said = str(refused.value)
    assert not PYDANTIC.search(said)
    assert "\n" not in said
    return said


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("127.0.0.1:19092", ("127.0.0.1:19092",)),
        ("a:1,b:2", ("a:1", "b:2")),
        (" a:1 , b:2, ", ("a:1", "b:2")),
        ('["a:1", "b:2"]', ("a:1", "b:2")),
        ("", ()),
    ],
)
def test_a_list_is_given_by_commas_or_as_json(
    given: str, read: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBCHIME_KAFKA__BOOTSTRAP", given)
    assert load_settings(None).kafka.bootstrap == read


LISTS = {
    "JOBCHIME_KAFKA__BOOTSTRAP": "a:1,b:2",
    "JOBCHIME_ELASTICSEARCH__URLS": "http://a:1,http://b:2",
    "JOBCHIME_MAIL__ALLOW": "ada@example.com,@example.com",
    "JOBCHIME_MAIL__DKIM_SELECTORS": "s1,s2",
    "JOBCHIME_MAIL__SENDGRID__CATEGORIES": "a,b",
    "JOBCHIME_INGEST__PUSH__PROXIES": "10.0.0.1,10.0.0.2",
    "JOBCHIME_CONSOLE__PROXIES": "10.0.0.1,10.0.0.2",
    "JOBCHIME_PORTAL__API_ORIGINS": "https://a.example,https://b.example",
    "JOBCHIME_PORTAL__PROCESSORS": "a,b",
    "JOBCHIME_PORTAL__PROXIES": "10.0.0.1,10.0.0.2",
}


def _at(settings: Settings, place: tuple[str, ...]) -> Any:
    at: Any = settings
    for part in place:
        at = getattr(at, part)
    return at


def test_every_list_of_texts_takes_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    lists = {name_of(place) for place in places_in(Settings) if isinstance(_at(Settings(), place), (tuple, frozenset))}
    others = {"JOBCHIME_INGEST__SOURCES", "JOBCHIME_MAIL__FORMER_LINK_SECRETS", "JOBCHIME_MAIL__WARM_UP__PER_DAY"}
    assert lists == {*LISTS, *others}
    for name, value in LISTS.items():
        monkeypatch.setenv(name, value)
    settings = load_settings(None)
    for name, value in LISTS.items():
        place = place_of(Settings, name)
        assert place is not None
        assert sorted(_at(settings, place)) == sorted(value.split(","))


def test_a_plan_of_the_first_days_is_a_date_and_numbers_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBCHIME_MAIL__WARM_UP__SINCE", "2027-01-11")
    monkeypatch.setenv("JOBCHIME_MAIL__WARM_UP__PER_DAY", "500,1000")
    plan = load_settings(None).mail.warm_up
    days = [datetime(2027, 1, day, 23, 59, tzinfo=UTC) for day in (10, 11, 12, 13)]
    assert [plan.limit(day) for day in days] == [0, 500, 1_000, None]


def test_tables_and_lists_of_tables_are_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBCHIME_INGEST__SOURCES", '[{"name": "a", "url": "https://a.example"}]')
    monkeypatch.setenv("JOBCHIME_MAIL__SMTP", '{"host": "mail.example", "port": 25}')
    monkeypatch.setenv("JOBCHIME_MAIL__SMTP__PORT", "26")
    settings = load_settings(None)
    assert settings.ingest.sources[0].name == "a"
    assert (settings.mail.smtp.host, settings.mail.smtp.port) == ("mail.example", 26)
    monkeypatch.setenv("JOBCHIME_INGEST__SOURCES", "a,b")
    assert _refusal().startswith("JOBCHIME_INGEST__SOURCES: it is a list of tables; write it as JSON")
    monkeypatch.setenv("JOBCHIME_INGEST__SOURCES", "[{]")
    assert _refusal() == "JOBCHIME_INGEST__SOURCES: it begins as JSON does and is not JSON"


def test_a_key_below_a_name_of_ones_own_is_given_by_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBCHIME_INGEST__PUSH__KEYS__BOARD__KEY", "k" * 20)
    said = "JOBCHIME_INGEST__PUSH__KEYS__BOARD__SOURCE, beside JOBCHIME_INGEST__PUSH__KEYS__BOARD__KEY: it is needed"
    assert _refusal() == said
    monkeypatch.setenv("JOBCHIME_INGEST__PUSH__KEYS__BOARD__SOURCE", "board")
    assert load_settings(None).ingest.push.keys["board"].secret("board") == b"k" * 20


def test_null_is_given_by_an_empty_variable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = _file(tmp_path, "[probes]\nembedded_port = 8100")
    monkeypatch.setenv("JOBCHIME_PROBES__EMBEDDED_PORT", "")
    assert load_settings(file).probes.embedded_port is None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("JOBCHIME_MIAL__SMTP__PORT", "JOBCHIME_MAIL__SMTP__PORT"),
        ("JOBCHIME_KAFKA_BOOTSTRAP", "JOBCHIME_KAFKA__BOOTSTRAP"),
        ("JOBCHIME_KAFKA__BOOTSTRAPS", "JOBCHIME_KAFKA__BOOTSTRAP"),
        ("JOBCHIME_PROBES_INGEST_PORT", "JOBCHIME_PROBES__INGEST_PORT"),
        ("JOBCHIME_STOER", "JOBCHIME_STORE"),
        ("JOBCHIME_INGEST__PUSH__KEYS__BOARD__KYE", "JOBCHIME_INGEST__PUSH__KEYS__BOARD__KEY"),
        ("JOBCHIME_KAFKA__BOOTSTRAP__0", "JOBCHIME_KAFKA__BOOTSTRAP"),
        ("JOBCHIME_MIAL__DIR", "one of JOBCHIME_MAIL__..."),
        ("JOBCHIME_KAFAK", "one of JOBCHIME_KAFKA__..."),
    ],
)
def test_a_variable_that_is_no_setting_is_named_with_the_nearest(
    name: str, meant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "x")
    assert _refusal() == f"{name} is not a setting; did you mean {meant}?"


def test_a_variable_that_is_like_no_setting_says_where_all_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBCHIME_QQQ", "x")
    assert _refusal() == "JOBCHIME_QQQ is not a setting; unset it; `jobchime config init` writes all that there are"


def test_variables_that_settings_name_and_those_of_tools_and_clusters_are_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("SHARED", "TEST_KAFKA", "MATCHER_SERVICE_HOST", "SERVICE_PORT_HTTP", "PORT_8101_TCP_ADDR"):
        monkeypatch.setenv(f"JOBCHIME_{name}", "x")
    monkeypatch.setenv("JOBCHIME_PORT", "tcp://10.0.0.1:8101")
    monkeypatch.setenv("JOBCHIME_ACME_KEY", "k" * 20)
    push = '[ingest.push.keys.acme]\nsource = "acme"\nkey_from = "JOBCHIME_ACME_KEY"'
    assert load_settings(_file(tmp_path, push)).ingest.push.enabled
    assert _refusal(_file(tmp_path, "")).startswith("JOBCHIME_ACME_KEY is not a setting")


def test_each_variable_that_the_project_names_is_known() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    files = [ROOT / name for name in listed if not name.startswith("tests/unit/")]
    named: set[str] = set()
    for file in files:
        if file.is_file() and file.suffix not in (".png", ".zip", ".gz"):
            named |= set(re.findall(r"\bJOBCHIME_[A-Z][A-Z0-9_]*[A-Z0-9]\b", file.read_text("utf-8", "ignore")))
    assert "JOBCHIME_SHARED" in named
    variables(Settings, dict.fromkeys(named, "{}"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "line 1: nonsense: there is no such setting; there are data,"),
        ("# x\n[mail.smtp]\n\nprot = 25", "line 4: mail.smtp.prot: there is no such setting; did you mean port?"),
        ("[mial]\nmailer = 'smtp'", "line 1: mial: there is no such setting; did you mean mail?"),
        ('[mail]\nallow = [\n  "*",\n  7,\n]', "line 2: mail.allow.1: it must be text, not a number"),
        ('[[ingest.sources]]\nname = "a"\nurl = "b"\n\n[[ingest.sources]]\nname = "c"', "line 5: ingest.sources.1.url"),
        ('[[ingest.sources]]\nname = "a"\nurl = "b"\nattempts = 3', "line 4: ingest.sources.0.attempts: there is no"),
        ("[notifier.curate]\nmost_itmes = 3", "line 2: notifier.curate.most_itmes: there is no such setting; did you"),
        ("[notifier.curate]\nmost_items = -1", "line 2: notifier.curate.most_items: it must be at least 1"),
        (
            '[[ingest.sources]]\nname = "a"\nurl = "b"\nattribution = { name = "A", url = "c", lnik = "d" }',
            "line 4: ingest.sources.0.attribution: there is no such setting as lnik; ",
        ),
        ('log_level = "loud"', "line 1: log_level: there is no such log level; there are debug, info"),
        ('secret = "short"', "line 1: secret: it needs 16 bytes or more"),
        ('[elasticsearch]\nusername = "a"\napi_key = "b"', "line 1: elasticsearch: set api_key, or username"),
        ("tick_every_s = 'soon'\nworker = 7", "line 2: worker: it must be text, not a number (and 1 more)"),
    ],
)
def test_a_fault_of_the_file_names_its_line_and_place(text: str, said: str, tmp_path: Path) -> None:
    file = _file(tmp_path, text)
    assert _refusal(file).startswith(f"{file}, {said}")
    windows = _file(tmp_path, "\ufeff" + text.replace("\n", "\r\n"))
    assert _refusal(windows).startswith(f"{file}, {said}")


def test_a_fault_of_a_variable_names_it_even_over_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _file(tmp_path, "[probes]\ningest_port = 1")
    monkeypatch.setenv("JOBCHIME_PROBES__INGEST_PORT", "many")
    assert _refusal(file) == "JOBCHIME_PROBES__INGEST_PORT: it must be a whole number"
    monkeypatch.setenv("JOBCHIME_PROBES", '{"ingest_prot": 3}')
    monkeypatch.delenv("JOBCHIME_PROBES__INGEST_PORT")
    assert _refusal(file) == "JOBCHIME_PROBES: ingest_prot: there is no such setting; did you mean ingest_port?"


def test_a_fault_in_a_file_of_a_mapping_names_that_file(tmp_path: Path) -> None:
    (tmp_path / "acme.toml").write_text('kind = "json"\n[fields]\nsource_id = "a"\ntitle = 1.5\n')
    file = _file(tmp_path, '[ingest.mappings]\nacme = "acme.toml"')
    assert _refusal(file).startswith(f"{tmp_path / 'acme.toml'}, line 4: fields.title")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfed\x00a\x00", "is not UTF-8 in line 1; save it as UTF-8"),
        ('# caf\u00e9\ndata = "caf\u00e9"'.encode("latin-1"), "is not UTF-8 in line 1; save it as UTF-8"),
        (b"data = ", "it is not TOML"),
        (b"data = 'a'\ndata = 'b'", "it is not TOML: cannot overwrite a value (at "),
        (b"a = " + b"[" * 5_000, "cannot be read: it is not TOML"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, said: str, tmp_path: Path) -> None:
    file = _file(tmp_path, content)
    assert said in _refusal(file)
    assert str(file) in _refusal(file)


def test_a_folder_a_missing_file_and_one_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _refusal(tmp_path) == f"the settings file {tmp_path} is a folder; name the file in it"
    gone = tmp_path / "gone.toml"
    assert _refusal(gone) == f"there is no settings file {gone}; `jobchime config init {gone}` writes one"
    monkeypatch.setenv("JOBCHIME_CONFIG", str(gone))
    assert _refusal() == (
        f"there is no settings file {gone}, which JOBCHIME_CONFIG names; `jobchime config init {gone}` writes one"
    )
    monkeypatch.delenv("JOBCHIME_CONFIG")
    if os.geteuid() != 0:
        file = _file(tmp_path, "")
        file.chmod(0)
        assert "may not be read by the user" in _refusal(file)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n", b"# nothing"])
def test_an_empty_file_is_the_defaults(content: bytes, tmp_path: Path) -> None:
    assert load_settings(_file(tmp_path, content)).log_level == "info"


def test_no_file_at_all_is_the_defaults() -> None:
    assert load_settings(None) == Settings()


def test_each_setting_says_where_it_came_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = _file(tmp_path, '[mail]\nsender_name = "A"\n[mail.smtp]\nport = 25')
    monkeypatch.setenv("JOBCHIME_MAIL__SMTP__PORT", "26")
    loaded = load(file)
    assert loaded.origin(("mail", "smtp", "port")) == "JOBCHIME_MAIL__SMTP__PORT"
    assert loaded.origin(("mail", "sender_name")) == f"{file}, line 2"
    assert loaded.origin(("mail", "smtp", "host")) == "default"


def test_certificates_lie_beside_the_file_that_names_them(tmp_path: Path) -> None:
    file = _file(
        tmp_path, '[kafka]\nca_file = "ca.pem"\n[elasticsearch]\nca_file = "/etc/ca.pem"\n[mail]\nca_file = "own.pem"'
    )
    settings = load_settings(file)
    assert settings.mail.ca_file == tmp_path / "own.pem"
    assert settings.kafka.ca_file == tmp_path / "ca.pem"
    assert settings.elasticsearch.ca_file == Path("/etc/ca.pem")


def test_settings_that_are_made_ask_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBCHIME_STORE", "postgresql+psycopg://somewhere/real")
    assert Settings().store.get_secret_value() == ""


PLAIN = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=6)


@given(data=st.data())
def test_the_line_of_each_setting_is_where_it_was_written(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lines: list[str] = []
    places: dict[tuple[str | int, ...], int] = {}
    for table in data.draw(st.lists(PLAIN, min_size=1, max_size=4, unique_by=str.casefold)):
        lines += data.draw(st.lists(st.sampled_from(["", "# a = 1", "  ", "# [x]"]), max_size=2))
        lines.append(f"[{table}]")
        places[(table,)] = len(lines)
        for key in data.draw(st.lists(PLAIN, max_size=4, unique=True)):
            lines += data.draw(st.lists(st.sampled_from(["", "# b = 2"]), max_size=1))
            places[(table, key)] = len(lines) + 1
            lines += data.draw(
                st.sampled_from(
                    [[f"{key} = 1"], [f"{key} = [", "  1,", "  # c", "]"], [f'{key} = """', "x = 1", '"""']]
                )
            )
    file = tmp_path_factory.mktemp("lines") / "a.toml"
    file.write_text("\n".join(lines))
    read = read_toml(file, "file")
    assert {place: read.line_of(place) for place in places} == places
    assert json.dumps(read.values)


def test_a_secret_that_was_just_begun_by_another_process_is_waited_for(tmp_path: Path) -> None:
    (tmp_path / "suppression-key").write_bytes(b"")
    made = threading.Timer(0.2, (tmp_path / "suppression-key").write_bytes, (b"0123456789abcdef\n",))
    made.start()
    assert Settings(data=tmp_path).ids().suppression_key == b"0123456789abcdef"
    made.join()
