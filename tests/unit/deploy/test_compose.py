"""deploy/compose.yaml and deploy/Dockerfile name only what is there: commands, settings, ports, files, versions."""

import json
import re
from copy import deepcopy
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema_rs
import pytest
import yaml
from sqlalchemy.engine import make_url
from typer.main import get_command

from services.cli.app import tree
from services.settings import Settings, load_settings
from services.settings.loading import place_of
from tests.support.promql import promtool

ROOT = Path(__file__).resolve().parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
WATCH: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.watch.yaml").read_text(encoding="utf-8"))
WATCHED = ("notifier", "portal", "console")
"""Services of ours that `compose.watch.yaml` has, the first on top of `compose.yaml`."""
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "jobchime"}
WORKERS = ("ingest", "matcher", "notifier")
GIVEN = "0123456789abcdef0123456789abcdef"
"""Stands for what whoever starts it gives: the secret, the password, the key."""


def _schema() -> jsonschema_rs.Validator:
    package = find_spec("check_jsonschema")
    assert package is not None
    assert package.origin is not None
    schema = Path(package.origin).parent / "builtin_schemas" / "vendor" / "compose-spec.json"
    return jsonschema_rs.validator_for(json.loads(schema.read_text(encoding="utf-8")))


def _environment(name: str) -> dict[str, str]:
    """A service's environment as compose would set it."""
    return {
        variable: re.sub(r"\$\{\w+:\?[^}]*\}", GIVEN, str(value))
        for variable, value in OURS[name]["environment"].items()
        if variable != "JOBCHIME_CONFIG"
    }


@pytest.fixture
def settings(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What the service that the test names reads of its file and environment."""
    for variable, value in _environment(request.param).items():
        monkeypatch.setenv(variable, value)
    return load_settings(DEPLOY / "jobchime.toml")


def test_it_follows_the_compose_schema() -> None:
    faults = [f"{list(fault.instance_path)}: {fault.message}" for fault in _schema().iter_errors(COMPOSE)]

    assert faults == []


def test_what_watches_follows_the_compose_schema_and_begins_with_what_there_is() -> None:
    faults = [f"{list(fault.instance_path)}: {fault.message}" for fault in _schema().iter_errors(WATCH)]

    assert faults == []
    for service in WATCH["services"].values():
        assert service.get("extends", {}).get("service", "notifier") in COMPOSE["services"]
    assert {each["file"] for each in WATCH["configs"].values() if not (DEPLOY / each["file"]).is_file()} == set()


@pytest.mark.parametrize("service", OURS)
def test_each_container_finds_the_id_of_its_worker_again_and_shares_it_with_none(service: str) -> None:
    at_data = [mount for mount in OURS[service]["volumes"] if mount.split(":")[-1] == "/var/lib/jobchime"]

    assert at_data == ["/var/lib/jobchime"]
    assert "/var/lib/jobchime" not in str(OURS[service]["tmpfs"])


def test_what_watches_is_reached_on_loopback_alone_where_it_answers() -> None:
    published = [port for service in WATCH["services"].values() for port in service.get("ports", ())]

    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)
    for name, settings in (("portal", Settings().portal), ("console", Settings().console)):
        assert f"127.0.0.1:{settings.port}:{settings.port}" in WATCH["services"][name]["ports"]
        assert f":{settings.port}/readyz" in WATCH["services"][name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("name", WATCHED)
def test_with_what_watches_mails_go_to_mailpit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = _environment("notifier") | {
        variable: re.sub(r"\$\{\w+:\?[^}]*\}", GIVEN, str(value))
        for variable, value in WATCH["services"][name]["environment"].items()
    }
    assert [variable for variable in given if not _is_setting(variable)] == []
    for variable, value in given.items():
        monkeypatch.setenv(variable, value)
    settings = load_settings(DEPLOY / "jobchime.toml")

    settings.mail.check()
    assert settings.mail.mailer == "smtp"
    assert settings.mail.smtp.host in WATCH["services"]
    whole: Any = get_command(tree(lambda _: True))
    assert whole.commands[WATCH["services"][name].get("command", ["notifier"])[0]]


def test_prometheus_of_what_watches_scrapes_each_service_where_it_answers() -> None:
    promtool("check", "config", DEPLOY / "prometheus" / "prometheus.yaml")
    [scraped] = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text(encoding="utf-8"))[
        "scrape_configs"
    ]
    ports = {name: each["port"] for each in scraped["dns_sd_configs"] for name in each["names"]}

    assert ports == {name: getattr(Settings().probes, f"{name}_port") for name in WORKERS}


def test_the_schema_would_find_a_wrong_key() -> None:
    wrong = deepcopy(COMPOSE)
    wrong["services"]["ingest"]["healthchek"] = {}

    assert not _schema().is_valid(wrong)


@pytest.mark.parametrize("name", OURS)
def test_each_command_is_one_of_jobchime(name: str) -> None:
    command: Any = get_command(tree(lambda _: True))
    for word in OURS[name]["command"]:
        command = command.commands[word]

    assert not hasattr(command, "commands")  # a whole command, not a group of them


@pytest.mark.parametrize("name", OURS)
def test_each_variable_is_a_setting(name: str) -> None:
    unknown = [variable for variable in _environment(name) if not _is_setting(variable)]

    assert unknown == []


def test_a_variable_that_is_no_setting_would_be_found() -> None:
    assert not _is_setting("JOBCHIME_KAFKA__BOOTSTRAPS")
    assert not _is_setting("JOBCHIME_KAFKA_BOOTSTRAP")


def _is_setting(variable: str) -> bool:
    return place_of(Settings, variable) is not None


@pytest.mark.parametrize(("settings", "name"), [(name, name) for name in WORKERS], indirect=["settings"])
def test_services_run_in_the_deployed_form_on_the_engines_beside_them(settings: Settings, name: str) -> None:
    assert settings.deployed
    assert settings.matcher.index == "elasticsearch"
    assert settings.kafka.bootstrap == ("kafka:9092",)
    assert settings.elasticsearch.urls == ("http://elasticsearch:9200",)
    assert make_url(settings.store_url).host == "postgresql"
    assert make_url(settings.store_url).password == GIVEN
    assert {"kafka", "elasticsearch", "postgresql"} <= COMPOSE["services"].keys()


@pytest.mark.parametrize(("settings", "name"), [(name, name) for name in WORKERS], indirect=["settings"])
def test_a_services_health_is_asked_where_it_answers(settings: Settings, name: str) -> None:
    port = getattr(settings.probes, f"{name}_port")

    assert settings.probes.enabled
    assert f"http://127.0.0.1:{port}/readyz" in OURS[name]["healthcheck"]["test"][-1]


@pytest.mark.parametrize("settings", ["ingest"], indirect=True)
def test_the_push_endpoint_is_the_one_port_that_is_published_and_only_on_loopback(settings: Settings) -> None:
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", ())]

    assert published == [f"127.0.0.1:{settings.ingest.push.port}:{settings.ingest.push.port}"]
    assert settings.ingest.push.host == "0.0.0.0"
    assert settings.ingest.push.keys["board"].secret("board") == GIVEN.encode()


@pytest.mark.parametrize("settings", ["notifier"], indirect=True)
def test_mails_are_kept_in_a_volume_that_the_image_makes_room_for(settings: Settings) -> None:
    folder = str(settings.mail.folder)

    assert f"mails:{folder}" in OURS["notifier"]["volumes"]
    assert f"-m 0700 {folder}" in (DEPLOY / "Dockerfile").read_text(encoding="utf-8")


def test_all_that_the_image_copies_is_there_and_let_through() -> None:
    text = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
    copied = {name for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for name in line.split()[:-1]}
    let_through = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()

    assert "requirements.lock" in copied
    assert {name for name in copied if not (ROOT / name).exists()} == set()
    assert {name for name in copied if f"!{name}" not in let_through} == set()


def test_the_broker_is_of_the_version_that_tests_run_on() -> None:
    space = {"m": "http://maven.apache.org/POM/4.0.0"}
    project = ElementTree.parse(DEPLOY / "engines" / "poms" / "kafka.xml")
    version = project.findtext(".//m:dependency[m:artifactId='kafka_2.13']/m:version", namespaces=space)

    assert COMPOSE["services"]["kafka"]["image"] == f"apache/kafka:{version}"
