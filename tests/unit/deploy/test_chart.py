"""The Helm chart: what it makes is what Kubernetes takes, closed and bounded, and names only what there is."""

import json
import re
from collections import Counter
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml
from typer.main import get_command

from deploy.prometheus.alert import RUNBOOK
from schemas.topics import TOPICS
from services.cli.app import tree
from services.processes import SERVICES
from services.settings import Settings, load_settings
from services.settings.loading import place_of
from tests.support.charts import CHART, faults_of, helm, rendered

EXAMPLES = CHART.parent / "examples"
LEAST = ("--set", "kafka.bootstrap={kafka:9092}", "--set", "elasticsearch.urls={http://search:9200}")
WHOLE = ("--values", EXAMPLES / "values.yaml")
OF_OTHERS = {
    "PodMonitor", "PrometheusRule", "ScaledObject", "Kafka", "KafkaNodePool", "KafkaUser", "Elasticsearch", "Cluster",
}  # fmt: skip
"""Kinds that other operators define."""


@pytest.fixture(scope="module")
def least() -> list[dict[str, Any]]:
    return rendered(*LEAST)


@pytest.fixture(scope="module")
def whole() -> list[dict[str, Any]]:
    return rendered(*WHOLE)


def _pods(manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The pods that workloads make, by component."""
    made = [each["spec"]["template"] for each in manifests if each["kind"] in ("Deployment", "Job")]
    return {pod["metadata"]["labels"]["app.kubernetes.io/component"]: pod for pod in made}


def _containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    return [*pod["spec"].get("initContainers", ()), *pod["spec"]["containers"]]


def _of(kind: str, manifests: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["metadata"]["name"]: each for each in manifests if each["kind"] == kind}


@pytest.mark.parametrize("values", [LEAST, WHOLE], ids=["least", "whole"])
def test_helm_finds_no_fault(values: tuple[str | Path, ...]) -> None:
    ran = helm("lint", "--strict", CHART, *values)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_kubernetes_takes_all_that_is_made(least, whole) -> None:
    assert [fault for manifest in (*least, *whole) for fault in faults_of(manifest)] == []
    assert {
        each["kind"] for each in whole if "." in each["apiVersion"] and "k8s.io" not in each["apiVersion"]
    } <= OF_OTHERS


def test_a_wrong_manifest_would_be_found(least) -> None:
    [wrong] = [
        deepcopy(each)
        for each in least
        if each["metadata"]["name"] == "jobs-jobchime-matcher" and each["kind"] == "Deployment"
    ]
    wrong["spec"]["template"]["spec"]["containers"][0]["livenesProbe"] = {}

    assert len(faults_of(wrong)) == 1


def test_names_are_used_once(whole) -> None:
    names = Counter((each["kind"], each["metadata"]["name"]) for each in whole)

    assert [name for name, count in names.items() if count > 1] == []


def test_each_service_runs_closed_and_bounded(whole) -> None:
    pods = _pods(whole)

    assert set(pods) == {"migrate", "ingest", "matcher", "notifier", "portal", "console"}
    for pod in pods.values():
        assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
        assert pod["spec"]["automountServiceAccountToken"] is False
        for container in _containers(pod):
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
            assert container["resources"]["limits"]["memory"]
            assert container["resources"]["requests"]["cpu"]


def test_processors_are_bounded_where_that_is_wanted(whole) -> None:
    assert [
        container
        for pod in _pods(whole).values()
        for container in _containers(pod)
        if "cpu" in container["resources"]["limits"]
    ] == []
    bounded = _pods(rendered(*WHOLE, "--set", "cpuLimits.enabled=true"))
    for name, pod in bounded.items():
        for container in _containers(pod):
            limits = container["resources"]["limits"]
            assert limits["cpu"] == ("1" if name in ("console", "migrate") else "2")
            assert limits["memory"]


def test_services_are_asked_whether_they_live_where_they_answer(whole) -> None:
    settings = Settings()
    expected = {
        "ingest": settings.probes.ingest_port,
        "matcher": settings.probes.matcher_port,
        "notifier": settings.probes.notifier_port,
        "portal": settings.portal.port,
        "console": settings.console.port,
    }
    for name, port in expected.items():
        [container] = _pods(whole)[name]["spec"]["containers"]
        ports = {each["name"]: each["containerPort"] for each in container["ports"]}
        assert ports[container["livenessProbe"]["httpGet"]["port"]] == port
        assert ports[container["readinessProbe"]["httpGet"]["port"]] == port
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"


def test_each_command_is_one_of_jobchime(whole) -> None:
    for pod in _pods(whole).values():
        for container in _containers(pod):
            command: Any = get_command(tree(lambda _: True))
            for word in container["args"]:
                command = command.commands[word]
            assert not hasattr(command, "commands")


def test_each_variable_is_a_setting_and_none_holds_a_secret(least, whole) -> None:
    for pod in (*_pods(least).values(), *_pods(whole).values()):
        for container in _containers(pod):
            for variable in container["env"]:
                assert variable["name"] == "JOBCHIME_CONFIG" or place_of(Settings, variable["name"]), variable
                assert "value" in variable or variable["valueFrom"]["secretKeyRef"], variable
    assert "Secret" not in {each["kind"] for each in whole}


def test_the_settings_of_the_example_are_taken(whole, tmp_path, monkeypatch) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(_of("ConfigMap", whole)["jobs-jobchime"]["data"]["jobchime.toml"])
    secrets = {
        "JOBCHIME_SECRET": "0123456789abcdef", "JOBCHIME_SUPPRESSION_KEY": "0123456789abcdef",
        "JOBCHIME_MAIL__SENDGRID__API_KEY": "key", "JOBCHIME_CONSOLE__TOKEN": "0123456789abcdef",
    }  # fmt: skip
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    [container] = _pods(whole)["console"]["spec"]["containers"]
    for variable in container["env"]:
        if variable["name"] != "JOBCHIME_CONFIG" and not variable["name"].endswith("CA_FILE"):
            store = "postgresql://jobchime:secret@db/jobchime" if variable["name"] == "JOBCHIME_STORE" else "secret"
            monkeypatch.setenv(variable["name"], variable.get("value", store))

    settings = load_settings(file)

    assert settings.deployed
    assert settings.kafka.bootstrap == ("jobchime-kafka-bootstrap:9093",)
    assert settings.probes.host == settings.portal.host == settings.console.host == "0.0.0.0"


def test_what_scales_on_lag_reads_the_groups_and_topics_that_there_are(whole) -> None:
    scaled = _of("ScaledObject", whole)
    names = {topic.name for topic in TOPICS}

    assert set(scaled) == {f"jobs-jobchime-{name}" for name in ("ingest", "matcher", "notifier")}
    for each in scaled.values():
        for trigger in each["spec"]["triggers"]:
            if trigger["type"] == "kafka":
                assert trigger["metadata"]["consumerGroup"] in SERVICES
                assert trigger["metadata"]["topic"] in names
        assert each["spec"]["maxReplicaCount"] <= min(topic.partitions for topic in TOPICS)
        assert "replicas" not in _of("Deployment", whole)[each["spec"]["scaleTargetRef"]["name"]]["spec"]


def test_several_are_never_all_taken_away_at_once(whole) -> None:
    budgets = _of("PodDisruptionBudget", whole)

    assert set(budgets) == {f"jobs-jobchime-{name}" for name in ("ingest", "matcher", "notifier", "portal")}


def test_nobody_comes_in_but_to_the_ports_that_are_named(whole) -> None:
    policies = _of("NetworkPolicy", whole)

    assert policies["jobs-jobchime"]["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "ingress" not in policies["jobs-jobchime"]["spec"]
    for name, policy in policies.items():
        for way in policy["spec"].get("ingress", ()):
            assert way["from"], name
            assert way["ports"], name


def test_rules_and_dashboards_are_those_that_are_made(whole) -> None:
    [rules] = _of("PrometheusRule", whole).values()
    written = yaml.safe_load((CHART.parents[1] / "prometheus" / "rules.yaml").read_text(encoding="utf-8"))
    boards = [name for name in _of("ConfigMap", whole) if "-dashboard-" in name]

    assert rules["spec"] == written
    assert len(boards) == len(list((CHART.parents[1] / "grafana" / "made").iterdir()))
    for name in boards:
        [text] = _of("ConfigMap", whole)[name]["data"].values()
        assert json.loads(text)["uid"].startswith("jobchime-")


def test_alerts_link_to_where_the_value_says() -> None:
    """What the chart replaces is what the rules have, and what its value is by default."""
    template = (CHART / "templates" / "monitoring.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
    assert re.findall(r'replace "([^"]+)" \.Values\.monitoring\.runbook', template) == [RUNBOOK]
    assert values["monitoring"]["runbook"] == RUNBOOK
    schema = jsonschema_rs.validator_for(json.loads((CHART / "values.schema.json").read_text(encoding="utf-8")))
    for runbook, fits in (("https://ops.example/book#", True), ("https://ops.example/book", False), ("/book/", False)):
        assert schema.is_valid(values | {"monitoring": values["monitoring"] | {"runbook": runbook}}) is fits, runbook


def test_a_value_that_is_none_is_refused() -> None:
    schema = jsonschema_rs.validator_for(json.loads((CHART / "values.schema.json").read_text(encoding="utf-8")))
    values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))

    assert [fault.message for fault in schema.iter_errors(values)] == []
    for wrong in ({"replicaCount": 3}, {"matcherIndex": "redis"}, {"kafka": {"bootstrap": ["kafka"]}}):
        assert not schema.is_valid(values | wrong), wrong


@pytest.mark.parametrize("file", sorted(EXAMPLES.glob("*.yaml")), ids=lambda file: file.stem)
def test_an_example_says_who_defines_it_and_bounds_what_it_takes(file: Path) -> None:
    for manifest in yaml.safe_load_all(file.read_text(encoding="utf-8")):
        if file.stem != "values":
            assert manifest["kind"] in OF_OTHERS
            assert manifest["metadata"]["name"]


def test_the_chart_is_of_this_release() -> None:
    chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
    project = (CHART.parents[2] / "pyproject.toml").read_text(encoding="utf-8")

    assert f'version = "{chart["appVersion"]}"' in project
