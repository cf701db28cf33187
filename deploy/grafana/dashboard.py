"""What a dashboard is, and how Grafana reads it (its JSON model, schema version 39)."""

from dataclasses import dataclass
from typing import Literal

Unit = Literal["short", "s", "reqps", "percentunit", "bool_yes_no"]
_COLUMNS, _HEIGHT = 3, 8
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}


@dataclass(frozen=True, slots=True)
class Panel:
    """One plot."""

    title: str
    unit: Unit
    queries: tuple[tuple[str, str], ...]
    """PromQL, with what its lines are called: `{{label}}` stands for a label's value."""
    says: str = ""
    """What to see in it."""
    log: bool = False
    """By powers of ten."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of plots."""

    name: str
    title: str
    panels: tuple[Panel, ...]

    def model(self) -> dict[str, object]:
        """As Grafana reads it."""
        return {
            "uid": f"jobchime-{self.name}",
            "title": self.title,
            "tags": ["jobchime"],
            "schemaVersion": 39,
            "editable": False,
            "refresh": "30s",
            "time": {"from": "now-6h", "to": "now"},
            "timezone": "utc",
            "templating": {
                "list": [{"name": "datasource", "type": "datasource", "query": "prometheus", "label": "From"}]
            },
            "links": [{"type": "dashboards", "tags": ["jobchime"], "title": "jobchime", "asDropdown": False}],
            "panels": [_shown(panel, number) for number, panel in enumerate(self.panels)],
        }


def _shown(panel: Panel, number: int) -> dict[str, object]:
    width = 24 // _COLUMNS
    custom = {"scaleDistribution": {"type": "log", "log": 10} if panel.log else {"type": "linear"}, "fillOpacity": 8}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.says,
        "datasource": _SOURCE,
        "gridPos": {
            "h": _HEIGHT,
            "w": width,
            "x": number % _COLUMNS * width,
            "y": number // _COLUMNS * _HEIGHT,
        },
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": None if panel.log else 0, "custom": custom},
            "overrides": [],
        },
        "options": {
            "legend": {"displayMode": "list", "placement": "bottom"},
            "tooltip": {"mode": "multi", "sort": "desc"},
        },
        "targets": [
            {"refId": chr(ord("A") + at), "datasource": _SOURCE, "expr": query, "legendFormat": legend}
            for at, (query, legend) in enumerate(panel.queries)
        ],
    }
