"""The page for a board's owner shows the weights that the chance is worked out with."""

import json
import re
from importlib import resources
from pathlib import Path

from services.notifier.domain import curation

PAGE = Path(__file__).parents[2] / "docs" / "relevance.md"
FACT = re.compile(r"^\| ([a-z ]+) \| .+ \| (\d\.\d\d) \|$", re.MULTILINE)


def test_each_fact_stands_there_with_its_weight() -> None:
    weights = json.loads(resources.files(curation).joinpath("chance.json").read_text(encoding="utf-8"))["weights"]
    said = {name.replace(" ", "_"): float(weight) for name, weight in FACT.findall(PAGE.read_text(encoding="utf-8"))}
    assert said == {name: round(weight, 2) for name, weight in weights.items()}
