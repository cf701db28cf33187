"""What an alert is, and the series that show when it fires."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["page", "ticket"]
"""`page`: somebody gets up; `ticket`: somebody looks in the morning."""
RUNBOOK = "http://127.0.0.1:8130/runbook/"
"""The console's own, where it is reached by a tunnel or on the machine itself; the chart's `monitoring.runbook` names
another."""


@dataclass(frozen=True, slots=True)
class Case:
    """Series, a value a minute in the notation of `promtool test rules`, and when to look at them."""

    series: Mapping[str, str]
    at: str
    labels: tuple[Mapping[str, str], ...] = ()
    """Of each alert that fires then, without its name and severity; of a quiet case there are none."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert, with series by which it fires and series by which it does not."""

    name: str
    severity: Severity
    expr: str
    lasts: str
    """For how long it must be so."""
    summary: str
    """One sentence; `{{ $labels.NAME }}` names where."""
    fires: Case
    quiet: tuple[Case, ...]

    def rule(self) -> dict[str, object]:
        """As Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.lasts,
            "labels": {"severity": self.severity},
            "annotations": self._annotations(self.summary),
        }

    def tests(self) -> list[dict[str, object]]:
        """As `promtool test rules` reads what is to fire, and what is not."""
        return [self._test(case) for case in (self.fires, *self.quiet)]

    def _test(self, case: Case) -> dict[str, object]:
        expected = [
            {
                "exp_labels": {"severity": self.severity, **labels},
                "exp_annotations": self._annotations(self._said(labels)),
            }
            for labels in case.labels
        ]
        return {
            "interval": "1m",
            "input_series": [{"series": name, "values": values} for name, values in case.series.items()],
            "alert_rule_test": [{"eval_time": case.at, "alertname": self.name, "exp_alerts": expected}],
        }

    def _said(self, labels: Mapping[str, str]) -> str:
        return re.sub(r"\{\{ \$labels\.(\w+) \}\}", lambda named: labels.get(named[1], ""), self.summary)

    def _annotations(self, summary: str) -> dict[str, str]:
        return {"summary": summary, "runbook_url": f"{RUNBOOK}{self.name.casefold()}"}
