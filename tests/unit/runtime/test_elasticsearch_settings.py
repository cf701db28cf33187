"""Settings of Elasticsearch that cannot work are one sentence, and never tell a password."""

from contextlib import closing
from pathlib import Path

import pytest

from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.connection import Connection
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UsageError
from services.settings import load_settings
from tests.support.command_line import run


def settings_file(folder: Path, lines: str) -> Path:
    file = folder / "jobchime.toml"
    file.write_text(f'[matcher]\nindex = "elasticsearch"\n[elasticsearch]\n{lines}\n')
    return file


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('urls = ["http://search.example"]', r"http://search\.example lacks a port: .*:9200"),
        ('urls = ["search.example:9200"]', "such as http://"),
        ('urls = ["http://search.example:port"]', "such as http://"),
        ('urls = ["http://[search"]', "such as http://"),
        ('urls = ["https://"]', "such as http://"),
        ('urls = ["http://u:topsecret@search.example:9200"]', r"search\.example by username and password"),
        ('urls = ["https://a:9200"]\nusername = "u"\napi_key = "k"', "api_key, or username and password, not both"),
    ],
)
def test_what_cannot_work_is_refused_with_a_sentence(lines: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        load_settings(settings_file(tmp_path, lines))
    assert "topsecret" not in str(refused.value)


@pytest.mark.parametrize("command", [("doctor",), ("doctor", "--json"), ("status", "--json"), ("reindex",)])
def test_no_command_tells_a_password_or_shows_a_traceback(command: tuple[str, ...], tmp_path: Path) -> None:
    file = settings_file(tmp_path, 'urls = ["http://u:topsecret@127.0.0.1:1"]')
    ran = run(*command, "-c", file)
    assert ran.code == 2
    assert "topsecret" not in ran.out + ran.err
    assert "Traceback" not in ran.err


def test_https_has_a_port_of_its_own(tmp_path: Path) -> None:
    settings = load_settings(settings_file(tmp_path, 'urls = ["https://search.example"]'))
    with closing(Connection(settings.elasticsearch)) as connection:
        [node] = connection._client.transport.node_pool.all()
        assert (node.config.host, node.config.port) == ("search.example", 443)


def test_certificates_that_are_not_there_are_told_before_the_first_request(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"ca_file .*missing\.pem is no file"):
        SearchEngine(ElasticsearchSettings(urls=("https://search.example:9200",), ca_file=tmp_path / "missing.pem"))


def test_what_the_client_refuses_besides_is_a_sentence_too() -> None:
    odd = ElasticsearchSettings.model_construct(urls=("no address",), username="", ca_file=None)
    with pytest.raises(UsageError, match="the Elasticsearch client refuses"):
        SearchEngine(odd)
