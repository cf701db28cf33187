"""What to do about work that waits, by what mends it, and its button."""

from services.overview.stream.model import ByHand, Remedy
from services.runtime.errors import Mend

_ENGINE: tuple[str, Remedy | ByHand] = (
    "it goes on by itself once that is back; `jobchime doctor` says how",
    "machine",
)
"""Engines, of which all others tell, are mended where they are."""
WAYS_OUT: dict[Mend | None, tuple[str, Remedy | ByHand]] = {
    "dead letters": (
        "`jobchime dead list` shows the records; mend the service, then start it again",
        Remedy("show letters"),
    ),
    "migrate": ("`jobchime migrate`", "process"),
    "reindex": ("`jobchime reindex`", Remedy("reindex")),
    "republish": (
        "where another installation has this store or these topics by mistake, stop it and give it its own (`store`,"
        " `kafka.prefix`); where it is still said then, or there is none, `jobchime republish`, while no notifier runs:"
        " see the deployed form, an engine lost for good",
        "process",
    ),
    "sent": (
        "put back what these tables lack from the newest backup, and it goes on by itself where nobody was mailed since"
        " that; else `jobchime resume sending` goes on all the same: mails that waited in what is still lacking are"
        " lost, and jobs may come twice",
        "known to you",
    ),
    "restore": (
        "stop what runs, and `jobchime restore FILE` puts the newest backup back; a damaged log.sqlite alone may be"
        " moved away instead, as it holds only what is on its way: `jobchime run` then says how to go on",
        "known to you",
    ),
    "topics": ("`jobchime topics create`", Remedy("make topics")),
    "Kafka": _ENGINE,
    "Elasticsearch": _ENGINE,
    "restart": (
        "its log says at what; `py-spy dump` of its process, kept, says in which line; then start it again",
        "process",
    ),
    "clock": ("set the clock of its machine by NTP, then start it again; `jobchime doctor` compares them", "machine"),
    "disk": ("free some room there: it goes on by itself then, and nothing is lost", "machine"),
    "secret": (
        "set JOBCHIME_SECRET, or mail.link_secret, to what the notifiers have, and start it anew; until then stop it,"
        " where others of it run",
        "settings",
    ),
    None: _ENGINE,
}
"""By what mends it what to do, and its button."""
