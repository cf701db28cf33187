"""Names of workers: distinct among all that run, and the same after a restart.

What a killed worker held is freed by the next of its name, so two that run must never share one. A name is the
service, the machine, and the first number that no other process on this machine holds; a lock of the operating system
holds it, which ends with the process however that ends.
"""

import fcntl
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from services.runtime.errors import UnavailableError, UsageError

_FOLDER = "workers"
_MOST = 1_000


@contextmanager
def own_name(folder: Path, service: str, named: str = "", *, host: str | None = None) -> Iterator[str]:
    """A name for this process while it runs: `notifier@host`, the next `notifier@host-2`, or the one that is `named`.

    Machines that share a name, as containers may, need distinct `named` ones. `folder` is the data folder. Raises
    UsageError where another process on this machine is `named` so, UnavailableError where the folder takes no file.
    """
    wanted = f"{service}@{host or socket.gethostname()}"
    names = [named] if named else [wanted, *(f"{wanted}-{number}" for number in range(2, _MOST))]
    locks = folder / _FOLDER
    try:
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in names:
            descriptor = _locked(locks / (re.sub(r"[^A-Za-z0-9@._-]", "_", f"{service} {name}") + ".lock"))
            if descriptor is not None:
                break
        else:
            raise UsageError(
                f"another {service} on this machine is named {named} already; give each worker a name of its own"
                if named
                else f"{_MOST} workers of {service} run on this machine already"
            )
    except OSError as error:
        raise UnavailableError(f"the names of workers cannot be kept in {locks}: {error.strerror}") from error
    try:
        yield name
    finally:
        os.close(descriptor)


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock of a file; None where another holds it."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    os.close(descriptor)
    return None
