"""What programs read of the status page."""

import json
from datetime import timedelta

from services.cli.commands.status import as_dict
from services.overview.stream.model import Overview, ServiceView
from services.runtime.figures.amiss import Amiss
from services.runtime.figures.sources import SourceFigures
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import Pause
from tests.support.logs import NOON


def test_it_is_json_also_while_a_source_gives_what_is_odd() -> None:
    odd = SourceFigures("a", "stale", amiss=Amiss("stale", NOON, timedelta(days=2)))
    found = json.loads(json.dumps(as_dict(Overview(NOON, "embedded", figures=StoreFigures(NOON, sources=(odd,))))))
    assert found["figures"]["sources"][0]["amiss"]["longest"] == 172_800
    assert not found["healthy"]


def test_programs_find_what_mails_came_to_and_what_to_resume_under_the_same_names() -> None:
    collector = ServiceView("ingest.collector", 0, paused=True, held_by="ingest", pause=Pause(NOON))
    found = as_dict(Overview(NOON, "embedded", services=(collector,), figures=StoreFigures(NOON)))
    [service] = found["services"]
    assert (service["held_by"], service["pause"]["since"]) == ("ingest", NOON.isoformat())
    arriving = found["figures"]["mail"]["arriving"]
    assert arriving.keys() == {"told", "told_day", "put_off", "unended", "ended"}
    assert arriving["told"].keys() == arriving["told_day"].keys() == {"of", "kinds", "since", "said", "missed"}
