"""Which services there are, and which process runs each."""

from services.ingest.settings import IngestSettings

COLLECTOR, NORMALISER, PUSH = "ingest.collector", "ingest.normaliser", "ingest.push"
NOTIFIER = "notifier"
SERVICES = (COLLECTOR, NORMALISER, "matcher", NOTIFIER, "outbox.relay")
"""In the order of the flow."""
PORTAL, CONSOLE = "portal", "console"
BESIDE_THE_WAY = (PORTAL, CONSOLE)
"""Services that no posting comes through; in the embedded form they may be processes of their own."""
WEBHOOKS = "notifier.webhooks"
"""What posts to webhooks; it ticks beside the notifier, and no topic waits for it."""
_OF_NOTIFIER = ("outbox.relay", "housekeeper")


def services_needed(ingest: IngestSettings, *, with_portal: bool) -> tuple[str, ...]:
    """The services that should run, in the order of the flow: without a source to poll there need be no collector."""
    polled = any(source.enabled for source in ingest.sources)
    flow = tuple(name for name in SERVICES if polled or name != COLLECTOR)
    return (*flow, PORTAL) if with_portal else flow


def process_of(service: str) -> str:
    """The command of the deployed form that runs a service."""
    return NOTIFIER if service in _OF_NOTIFIER else service.partition(".")[0]
