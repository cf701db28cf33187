"""TEXT records of domain names: what a domain says of itself, such as who may send its mail."""

from collections.abc import Sequence
from typing import Protocol

from services.runtime.errors import UnavailableError


class TextRecords(Protocol):
    """What answers for names."""

    def of(self, name: str) -> Sequence[str]:
        """The texts of a name, an alias followed; none where there is no such name. Raises UnavailableError."""
        ...


class DnsTextRecords:
    """Asks the resolver of this machine, or those named."""

    def __init__(self, patience_s: float, servers: Sequence[str] = (), port: int = 53) -> None:
        self._patience_s = patience_s
        self._servers = tuple(servers)
        self._port = port

    def of(self, name: str) -> Sequence[str]:
        """The texts of a name, an alias followed; none where there is no such name. Raises UnavailableError."""
        # Imported here: only `doctor` needs it, and it takes a tenth of a second.
        from dns import exception, resolver

        try:
            asked = resolver.Resolver(configure=not self._servers)
            if self._servers:
                asked.nameservers, asked.port = list(self._servers), self._port
            answer = asked.resolve(name, "TXT", lifetime=self._patience_s, search=False)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return ()
        except exception.DNSException as error:
            raise UnavailableError(f"no resolver answers for {name}: {type(error).__name__}") from error
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)
