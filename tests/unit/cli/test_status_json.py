"""What programs read of the status page."""

import json
from datetime import timedelta

from services.cli.commands.status import as_dict
from services.overview.stream.model import Overview
from services.runtime.figures.amiss import Amiss
from services.runtime.figures.sources import SourceFigures
from services.runtime.figures.stream import StoreFigures
from tests.support.logs import NOON


def test_it_is_json_also_while_a_source_gives_what_is_odd() -> None:
    odd = SourceFigures("a", "stale", amiss=Amiss("stale", NOON, timedelta(days=2)))
    found = json.loads(json.dumps(as_dict(Overview(NOON, "embedded", figures=StoreFigures(NOON, sources=(odd,))))))
    assert found["figures"]["sources"][0]["amiss"]["longest"] == 172_800
    assert not found["healthy"]
