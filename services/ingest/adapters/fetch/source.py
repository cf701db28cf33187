"""The fetcher of all sources: over the web or from files, by the source's address."""

from datetime import datetime

from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import Fetched, Fetcher
from services.ingest.settings import SourceSettings


class SourceFetcher:
    """`Fetcher` that hands each source to the one that can."""

    def __init__(self, web: Fetcher, files: Fetcher) -> None:
        self._web = web
        self._files = files

    def fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        # By the source, not the address: a page on the web must not lead to a file.
        fetcher = self._web if source.is_web else self._files
        return fetcher.fetch(source, address, validators, now)
