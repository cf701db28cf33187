"""After the warm-up nothing is left to make: the first postings of a worker are read as fast as those after them."""

import json
import subprocess
import sys

_COUNT = """
import json, sys
from pathlib import Path
from services.ingest.adapters.formats.registry import detect
from services.ingest.app import make_normalise
from services.ingest.domain.warm import warm_up
from services.ingest.trial import trial
from tests.support.drafting import FETCHED

def made():
    rooms = ("services.ingest.domain.", "services.rules.")
    modules = [module for name, module in sys.modules.items() if name.startswith(rooms)]
    kept = {
        f"{rule.__module__}.{rule.__name__}": rule.cache_info()
        for module in modules for rule in vars(module).values() if hasattr(rule, "cache_info")
    }
    return {name: info.misses for name, info in kept.items() if info.maxsize is None}

warm_up()
before = made()
read = 0
for file in sorted(Path("samples/feeds").iterdir()):
    body = file.read_bytes()
    read += sum(1 for _ in trial(body, source="x", found=detect(body), normalise=make_normalise(), now=FETCHED))
after = made()
later = [name for name in after if after[name] > before.get(name, 0)]
print(json.dumps({"read": read, "made": sum(before.values()), "later": later}))
"""


def test_after_the_warm_up_the_rules_make_nothing_more_whatever_they_read() -> None:
    run = subprocess.run([sys.executable, "-c", _COUNT], capture_output=True, text=True, check=True)
    measured = json.loads(run.stdout)
    assert measured["read"] > 300
    assert measured["made"] > 10
    assert set(measured["later"]) <= {"services.rules.money.currency_of"}, "kept by country"
