"""Engines that a test may stop, kill and pause, beside those that the others use: own ports, own folder."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_SCRIPT = Path(__file__).resolve().parents[2] / "deploy" / "engines" / "engines.sh"
# Reachable for whoever runs the engines, which pytest's own folders are not.
_PLACE = Path("/var/tmp")
_FIRST_PORT, _LAST_PORT, _STEP = 21_000, 29_000, 10

Engine = Literal["kafka", "elasticsearch", "postgresql"]
ALL: tuple[Engine, ...] = ("kafka", "elasticsearch", "postgresql")


@dataclass(frozen=True)
class OwnEngines:
    """A set of engines; each may be driven alone. What is stored outlives stop, kill and pause."""

    folder: Path
    ports: dict[Engine, int]
    brief: bool

    @property
    def kafka(self) -> str:
        """`host:port`."""
        return f"127.0.0.1:{self.ports['kafka']}"

    @property
    def elasticsearch(self) -> str:
        """The URL."""
        return f"http://127.0.0.1:{self.ports['elasticsearch']}"

    @property
    def postgresql(self) -> str:
        """The SQLAlchemy URL of the database `postgres`."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.ports['postgresql']}/postgres"

    def start(self, *engines: Engine) -> None:
        """Start, and wait until they answer."""
        self._run("start", *engines)

    def stop(self, *engines: Engine) -> None:
        """Let them end in order."""
        self._run("stop", *engines)

    def kill(self, *engines: Engine) -> None:
        """End them as a crash would (SIGKILL)."""
        self._run("kill", *engines)

    def pause(self, *engines: Engine) -> None:
        """Leave them hanging: ports open, no answer (SIGSTOP)."""
        self._run("pause", *engines)

    def resume(self, *engines: Engine) -> None:
        """Let paused ones go on."""
        self._run("resume", *engines)

    def answers(self, engine: Engine) -> bool:
        """Whether it runs and answers a request."""
        return self._tell("status", engine).returncode == 0

    def _run(self, action: str, *engines: Engine) -> None:
        done = self._tell(action, *engines)
        if done.returncode:
            raise RuntimeError(f"engines.sh {action} {' '.join(engines)} failed:\n{done.stderr}")

    def _tell(self, action: str, *engines: Engine) -> subprocess.CompletedProcess[str]:
        ports = {f"JOBCHIME_ENGINES_{engine.upper()}_PORT": str(port) for engine, port in self.ports.items()}
        own = {"JOBCHIME_ENGINES": str(self.folder), "JOBCHIME_ENGINES_BRIEF": "on" if self.brief else "off"}
        environment = os.environ | ports | own
        return subprocess.run(
            [_SCRIPT, action, *engines], env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )


@contextmanager
def own_engines(*engines: Engine, for_long: bool = False) -> Iterator[OwnEngines]:
    """Engines of this test alone, started, all three where none is named; at the end they and their folder are gone.

    They start in half the time that they take where they are to run fast `for_long`.
    """
    folder = _PLACE / f"jobchime-engines-{secrets.token_hex(4)}"
    folder.mkdir()
    ports = dict(zip(ALL, _free_ports(), strict=True))
    mine = OwnEngines(folder, ports, brief=not for_long)
    try:
        mine.start(*(engines or ALL))
        yield mine
    finally:
        mine.resume()
        mine.kill()
        shutil.rmtree(folder)


def _free_ports() -> tuple[int, int, int]:
    """Three ports; what stands next to each (the controller's, at 1 more; the transport's, at 100 more) is free too."""
    first = _FIRST_PORT + secrets.randbelow((_LAST_PORT - _FIRST_PORT) // _STEP) * _STEP
    for port in range(first, _LAST_PORT, _STEP):
        found = (port, port + 2, port + 3)
        if all(_is_free(each) for each in (*found, port + 1, port + 102)):
            return found
    return _free_ports()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
