"""The whole embedded system as the kill test runs it: real settings, digests without a cap, a fast clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.embedded import Embedded, embedded
from services.ingest.settings import IngestSettings
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.mail_settings import MailSettings
from services.notifier.settings import NotifierSettings
from services.runtime.clock import Clock
from services.runtime.retry import RetryPolicy
from services.runtime.stages.lane import LaneSettings
from services.settings import Settings

SECRET = "not-a-secret-but-long-enough"
MAILS = "mails"


def settings_of(folder: Path) -> Settings:
    """No sources: postings come into the log from outside. Nothing fitting is left out for want of room or chance."""
    everything = CurateSettings(
        most_items=100_000, most_near=100_000, most_per_company=100_000, least_chance=0, least_mail_chance=0
    )
    return Settings(
        data=folder / "data",
        secret=SECRET,
        ingest=IngestSettings(),
        notifier=NotifierSettings(curate=everything),
        mail=MailSettings(folder=folder / MAILS),
    )


@contextmanager
def system(folder: Path, clock: Clock) -> Iterator[Embedded]:
    """Small batches and short waits, so that kills fall between as many steps as possible."""
    lanes = LaneSettings(batch=10, retry=RetryPolicy(first_s=0.01, most_s=0.1))
    with embedded(settings_of(folder), clock=clock, lanes=lanes) as running:
        yield running
