"""Dashboards: Grafana reads what the code says, and each query names only metrics and labels that there are."""

import re
from itertools import chain
from typing import Any

from deploy.grafana.dashboards import DASHBOARDS, MADE, made
from tests.support.in_one_test import in_one_test
from tests.support.promql import KNOWN, promtool, unknown_in

QUERIES = [(query, legend) for board in DASHBOARDS for panel in board.panels for query, legend in panel.queries]


def test_the_files_are_those_of_the_code() -> None:
    assert {file.name: file.read_text(encoding="utf-8") for file in MADE.iterdir()} == made(), "run `make docs`"


@in_one_test("query, legend", QUERIES)
def test_a_query_names_only_metrics_and_labels_that_there_are(query: str, legend: str) -> None:
    assert unknown_in(query) == []
    named = set(re.findall(r"\{\{(\w+)\}\}", legend))
    grouped = set(chain.from_iterable(re.findall(r"\w+", found) for found in re.findall(r"by \(([^)]*)\)", query)))
    assert named <= (grouped or KNOWN.get(query, frozenset()))


def test_prometheus_reads_each_query(tmp_path) -> None:
    rules = "".join(
        f"    - record: jobchime:q{number}\n      expr: '{query.replace('$__rate_interval', '5m')}'\n"
        for number, (query, _) in enumerate(QUERIES)
    )
    (tmp_path / "rules.yaml").write_text(f"groups:\n  - name: queries\n    rules:\n{rules}")

    promtool("check", "rules", tmp_path / "rules.yaml")


def test_panels_do_not_lie_upon_each_other() -> None:
    for board in DASHBOARDS:
        panels: Any = board.model()["panels"]
        places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
        assert len(set(places)) == len(places)
        assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)
