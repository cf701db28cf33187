"""Fetching from files: a feed file, or a folder into which a board drops them."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from schemas.codec import digest_of
from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import Fetched, FetchFailedError
from services.ingest.settings import SourceSettings

_UNFINISHED = (".part", ".tmp", ".crdownload", "~")


class FileFetcher:
    """`Fetcher` for paths. Whether anything changed is told by names, times of change and sizes."""

    def fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        path = Path(address).expanduser()
        files = _files(source.path)
        first = path == source.path
        if not first and path not in files:
            raise FetchFailedError(f"{path} is gone")
        if not files:
            return Fetched(address=address, body=b"", pages=False, cut=f"{source.path} holds no feed file")
        state = _state(files)
        if first and validators.etag == state:
            return Fetched(address=address, body=b"", unchanged=True, pages=False)
        here = files[0] if first else path
        later = [other for other in files if other > here]
        body, cut = _body(here, source.max_bytes)
        return Fetched(
            address=str(here),
            body=body,
            validators=Validators(etag=state),
            cut=cut,
            following=str(later[0]) if later else None,
            pages=False,
        )


def _files(path: Path) -> Sequence[Path]:
    try:
        if path.is_file():
            return (path,)
        if not path.is_dir():
            raise FetchFailedError(f"there is no file or folder {path}")
        return sorted(found for found in path.rglob("*") if found.is_file() and not _is_unfinished(found, path))
    except OSError as error:
        raise FetchFailedError(f"{path} cannot be read: {error.strerror or error}") from error


def _is_unfinished(path: Path, root: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.relative_to(root).parts)
    return hidden or path.name.endswith(_UNFINISHED)


def _state(files: Sequence[Path]) -> str:
    parts: list[str] = []
    for path in files:
        try:
            stat = path.stat()
        except OSError:
            # It vanished between listing and looking: the next poll will see that.
            continue
        parts += (str(path), str(stat.st_mtime_ns), str(stat.st_size))
    return digest_of(*parts)


def _body(path: Path, most: int) -> tuple[bytes, str | None]:
    try:
        with path.open("rb") as file:
            body = file.read(most + 1)
    except OSError as error:
        return b"", f"{path} cannot be read: {error.strerror or error}"
    if len(body) > most:
        return body[:most], f"{path} is larger than {most / 1e6:g} MB; the rest was left"
    return body, None
