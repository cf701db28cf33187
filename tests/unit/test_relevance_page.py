"""The page for a board's owner shows the weights that the chance is worked out with."""

import json
import re
from importlib import resources
from pathlib import Path

from services.notifier.domain.curation import chance

PAGE = Path(__file__).parents[2] / "docs" / "relevance.md"
BAR = re.compile(r"^\| \**(\d+)%\** \| \**(\d+)%\** \| \**(\d+)%\** \|$", re.MULTILINE)
SHARE = re.compile(r"^\| .+ \| (\d+) % \| (\d+)% .+ \| \*\*(\d+)%\*\* .+\|$", re.MULTILINE)
FACT = re.compile(r"^\| ([a-z ]+) \| .+ \| (\d\.\d\d) \|$", re.MULTILINE)


def test_the_pictures_are_of_what_the_tables_say() -> None:
    page = PAGE.read_text(encoding="utf-8")
    drawn = json.loads((PAGE.parent / "measured/relevance.json").read_text(encoding="utf-8"))
    bars = {int(bar): (int(right), int(wanted)) for bar, right, wanted in BAR.findall(page)}
    assert len(bars) > 4
    assert bars.items() <= {bar["bar"]: (bar["right"], bar["of_the_wanted"]) for bar in drawn["bars"]}.items()
    shares = [tuple(map(int, share)) for share in SHARE.findall(page)]
    assert shares == [(share["aim"], share["at_first"], share["now"]) for share in drawn["unseen"]]


def test_each_fact_stands_there_with_its_weight() -> None:
    weights = json.loads(resources.files(chance).joinpath("weights.json").read_text(encoding="utf-8"))["weights"]
    said = {name.replace(" ", "_"): float(weight) for name, weight in FACT.findall(PAGE.read_text(encoding="utf-8"))}
    assert said == {name: round(weight, 2) for name, weight in weights.items()}
