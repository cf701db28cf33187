"""The one list of alerts. `make docs` writes `rules.yaml` of it; docs/runbook.md has a section for each.

What the store says is the same from each worker, so that the most over them is taken, not the sum.
"""

from pathlib import Path

import yaml

from deploy.prometheus.alert import Alert
from deploy.prometheus.objectives import OBJECTIVES
from deploy.prometheus.thresholds import mails, sources, workers

RULES = Path(__file__).parent / "rules.yaml"
ALERTS: tuple[Alert, ...] = (
    *workers.ALERTS,
    *sources.ALERTS,
    *mails.ALERTS,
    *(alert for objective in OBJECTIVES for alert in objective.alerts()),
)


def rules() -> str:
    """The rules as Prometheus reads them."""
    recorded = [rule for objective in OBJECTIVES for rule in objective.recorded()]
    groups = [
        {"name": "jobchime-ratios", "rules": recorded},
        {"name": "jobchime", "rules": [alert.rule() for alert in ALERTS]},
    ]
    head = "# Made by `make docs` of deploy/prometheus/thresholds and objectives.py: change those.\n"
    return head + yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    RULES.write_text(rules(), encoding="utf-8")
