"""What a PromQL expression names: metrics and labels, held against the one list of metrics; and `promtool`."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.prometheus.objectives import OBJECTIVES, WINDOWS
from services.runtime.metrics.catalogue import METRICS

_RECORDED = {f"jobchime:{objective.name}:ratio_rate{window}" for objective in OBJECTIVES for window in WINDOWS}
_SCRAPED = frozenset({"instance", "job"})
"""Labels that Prometheus adds to what it scrapes."""
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_NAME = re.compile(r"(?<![\w:$])(?:jobchime|up)(?:[_:][\w:]+)?(?![\w(])")
_SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\s*\{([^}]*)\}")
_LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
_GROUPED = re.compile(r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)")


def _labels() -> dict[str, frozenset[str]]:
    """By metric, as it is scraped, the labels that it may have."""
    known: dict[str, frozenset[str]] = dict.fromkeys(_RECORDED, _SCRAPED)
    for metric in METRICS:
        labels = _SCRAPED | set(metric.labels) | ({"version", "python"} if metric.kind == "info" else set())
        known[metric.shown_name] = labels
        if metric.buckets:
            known |= {f"{metric.name}_sum": labels, f"{metric.name}_count": labels}
            known[f"{metric.name}_bucket"] = labels | {"le"}
    return known


KNOWN = _labels()


def unknown_in(expression: str) -> list[str]:
    """What an expression names that the list has not: metrics, labels of a metric, labels that it groups by."""
    bare = _TEXT.sub('""', expression)
    names: list[str] = _NAME.findall(bare)
    faults = [name for name in names if name not in KNOWN]
    for name, inside in _SELECTOR.findall(bare):
        faults += [f"{name}{{{label}}}" for label in _LABEL.findall(inside) if label not in KNOWN.get(name, ())]
    allowed = frozenset().union(*(KNOWN.get(name, frozenset()) for name in names))
    for inside in _GROUPED.findall(bare):
        faults += [f"by ({label})" for label in re.findall(r"\w+", inside) if label not in allowed]
    return faults if names else [f"no metric in {expression}"]


def promtool(*arguments: str | Path, stdin: str | None = None) -> str:
    """Run promtool, which Debian's package `prometheus` has; skips where there is none, but in CI."""
    program = shutil.which("promtool")
    if program is None:
        missing = "there is no promtool: Debian's package `prometheus` has it"
        if os.environ.get("CI"):
            raise RuntimeError(missing)
        pytest.skip(missing)
    ran = subprocess.run([program, *arguments], input=stdin, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0, f"{ran.stdout}\n{ran.stderr}"
    return ran.stdout + ran.stderr
