"""Alerts: Prometheus reads what the list says, each fires when it should and not else, and the runbook has each."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from deploy.prometheus.alert import Alert
from deploy.prometheus.alerts import ALERTS, RULES, rules
from deploy.prometheus.objectives import OBJECTIVES
from services.cli.app import tree
from tests.support.in_one_test import in_one_test
from tests.support.promql import promtool, unknown_in

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
TOLD = (ROOT / "docs" / "figures" / "told.md").read_text(encoding="utf-8")
SECTIONS = {
    part.split("\n", 1)[0].strip(): part.split("\n", 1)[1] for part in re.split(r"^### ", RUNBOOK, flags=re.M)[1:]
}


def test_the_rules_are_those_of_the_list() -> None:
    assert RULES.read_text(encoding="utf-8") == rules(), "run `make docs`"


def test_prometheus_reads_them() -> None:
    promtool("check", "rules", RULES)


def test_each_alert_fires_by_its_series_and_is_quiet_by_the_others(tmp_path: Path) -> None:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]

    promtool("test", "rules", *[_test_file(tmp_path, alert, groups) for alert in ALERTS])


def _test_file(folder: Path, alert: Alert, groups: list[dict[str, Any]]) -> Path:
    """The tests of one alert over its own rules: each test evaluates all that its file has."""
    own = [{**group, "rules": [rule for rule in group["rules"] if _is_for(rule, alert)]} for group in groups]
    (folder / f"{alert.name}.rules.yaml").write_text(yaml.safe_dump({"groups": own}))
    tests = {"rule_files": [f"{alert.name}.rules.yaml"], "evaluation_interval": "1m", "tests": alert.tests()}
    page = folder / f"{alert.name}.yaml"
    page.write_text(yaml.safe_dump(tests))
    return page


def _is_for(rule: dict[str, Any], alert: Alert) -> bool:
    return rule["record"] in alert.expr if "record" in rule else rule["alert"] == alert.name


def test_a_rule_that_does_not_fire_would_be_found(tmp_path: Path) -> None:
    [alert] = [alert for alert in ALERTS if alert.name == "JobchimeServiceDown"]
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8").replace('state="alive"}) < 1', 'state="alive"}) < 0'))

    with pytest.raises(AssertionError, match="JobchimeServiceDown"):
        promtool("test", "rules", _test_file(tmp_path, alert, groups["groups"]))


def test_each_alert_has_a_case_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    assert [alert.name for alert in ALERTS if not alert.fires.labels or not alert.quiet] == []
    assert [alert.name for alert in ALERTS if any(case.labels for case in alert.quiet)] == []
    assert [name for name, count in Counter(alert.name for alert in ALERTS).items() if count > 1] == []


@in_one_test("alert", ALERTS)
def test_an_alert_names_only_metrics_and_labels_that_there_are(alert) -> None:
    assert unknown_in(alert.expr) == []
    labels = set(re.findall(r"\$labels\.(\w+)", alert.summary))
    assert labels <= set(alert.fires.labels[0])


@pytest.mark.parametrize("objective", OBJECTIVES, ids=lambda objective: objective.name)
def test_an_objective_names_only_metrics_and_labels_that_there_are(objective) -> None:
    assert unknown_in(objective.bad) == []
    assert unknown_in(objective.all) == []


def test_what_is_not_in_the_list_would_be_found() -> None:
    assert unknown_in("sum(jobchime_nonsense_total)") == ["jobchime_nonsense_total"]
    assert unknown_in('jobchime_deliveries{states="unknown"}') == ["jobchime_deliveries{states}"]
    assert unknown_in("sum by (topics) (jobchime_records_total)") == ["by (topics)"]
    assert unknown_in("vector(1)") == ["no metric in vector(1)"]


def test_the_runbook_has_each_alert_and_no_other() -> None:
    assert list(SECTIONS) == [alert.name for alert in ALERTS]


def test_each_alert_fires_by_a_real_fault_but_those_of_budgets_whose_month_has_no_fault_of_minutes() -> None:
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests/faults").glob("test_alerts*.py"))
    faults = set(re.findall(r'\("(Jobchime\w+)", ', tests))
    budgets = {alert.name for objective in OBJECTIVES for alert in objective.alerts()}
    assert faults == {alert.name for alert in ALERTS} - budgets
    _, _, seen = TOLD.partition("## Fired by real faults")
    rows = re.findall(r"^\| (Jobchime[^|]*) \|", seen.partition("\n## ")[0], re.M)
    assert {name for row in rows for name in re.findall(r"Jobchime\w+", row)} == faults


@in_one_test("name", SECTIONS)
def test_a_section_says_what_it_means_where_to_look_and_what_to_do(name: str) -> None:
    for part in ("Means", "Look", "Do"):
        assert re.search(rf"^\*\*{part}\.\*\* \S", SECTIONS[name], re.M), part


def test_the_runbook_names_only_commands_that_there_are() -> None:
    top: Any = get_command(tree(lambda _: True))
    for words in re.findall(r"`jobchime ([a-z][a-z -]*)", RUNBOOK):
        command = top
        for word in words.split():
            if not hasattr(command, "commands") or word.startswith("-"):
                break
            assert word in command.commands, f"jobchime {words}"
            command = command.commands[word]


def test_links_of_the_runbook_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", RUNBOOK):
        assert (ROOT / "docs" / target).exists(), target
