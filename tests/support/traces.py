"""Looking for somebody in whatever is kept: address and name, plain or coded, and hashes that anybody can make."""

import base64
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, MetaData, select

_HEX = re.compile(rb"\\x((?:[0-9a-f]{2}){6,})")
"""A column of bytes, as PostgreSQL writes it."""
_LEAST_MEMBER = 6
"""Bytes of what may be a text that was compressed."""


@dataclass(frozen=True, slots=True)
class Traces:
    """What somebody may be known by."""

    address: str
    name: str

    @property
    def forms(self) -> Mapping[str, bytes]:
        """By what each is: all in lower case, as the search is."""
        local = self.address.partition("@")[0]
        found = {"address": self.address, "address in a URL": quote(self.address, safe=""), "local part": local}
        found |= {"name": self.name, "last name": self.name.split()[-1]}
        for spelling in {self.address, self.address.lower(), f" {self.address}".strip().upper()}:
            data = spelling.encode()
            found[f"base64 of {spelling}"] = base64.b64encode(data).decode().rstrip("=")
            for kind in ("md5", "sha1", "sha256", "sha512", "blake2b"):
                digest = hashlib.new(kind, data).digest()
                found[f"{kind} of {spelling}"] = digest.hex()
                found[f"{kind} of {spelling}, base64"] = base64.b64encode(digest).decode().rstrip("=")
                found[f"{kind} of {spelling}, base64 in a URL"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        return {what: form.lower().encode() for what, form in found.items()}

    def within(self, data: bytes) -> list[str]:
        """By what they are named in some bytes, or in what these are compressed of."""
        texts = [each.lower() for each in _opened(data)]
        # As quoted-printable breaks lines, and as Kafka's and SQL's dumps write bytes.
        texts += [text.replace(b"=\r\n", b"") for text in texts]
        named = {what for text in texts for what, form in self.forms.items() if form in text}
        raw = [hashlib.new(kind, self.address.lower().encode()).digest() for kind in ("md5", "sha1", "sha256")]
        named |= {"a raw hash" for digest in raw if digest in data}
        return sorted(named)


def _opened(data: bytes) -> Iterator[bytes]:
    yield data
    if len(data) >= _LEAST_MEMBER:
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return


def in_dump(dump: bytes, traces: Traces) -> tuple[list[str], list[str]]:
    """By what a dump in SQL names somebody: as it reads, and in the bytes that its columns hold, opened."""
    columns = [bytes.fromhex(each.decode()) for each in _HEX.findall(dump)]
    return traces.within(dump), sorted({what for data in columns for what in traces.within(data)})


def in_store(engine: Engine, traces: Traces) -> list[str]:
    """Where a store names somebody, `table.column: by what`; every value of every table is looked at."""
    reflected, found = MetaData(), []
    reflected.reflect(engine)
    with engine.connect() as connection:
        for table in reflected.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column, value in row.items():
                    data = value if isinstance(value, bytes) else str(value).encode()
                    found += [f"{table.name}.{column}: {what}" for what in traces.within(data)]
    return sorted(set(found))


def in_files(folder: Path, traces: Traces, pattern: str = "**/*") -> list[str]:
    """Which files below a folder name somebody, by content or name."""
    found = []
    for file in sorted(path for path in folder.glob(pattern) if path.is_file()):
        named = traces.within(file.read_bytes()) + traces.within(file.name.encode())
        found += [f"{file.relative_to(folder)}: {what}" for what in named]
    return found
