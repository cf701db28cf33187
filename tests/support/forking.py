"""Commands as processes that are forked: what each would import anew, for seconds, is imported once."""

import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from services.cli import main

ROOT = Path(__file__).resolve().parents[2]
START = "from services.cli import main; main()"
_SAID = 4_000
"""Characters of what a command said last."""


class Forking:
    """Runs `jobchime` commands, some at once; as a context manager it ends with all its processes gone."""

    def __init__(self, folder: Path) -> None:
        """What the commands say goes into the folder."""
        self._folder = folder

    def __enter__(self) -> "Forking":
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__], cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        return self

    def run(self, *commands: Sequence[str]) -> list[str]:
        """Run commands at once, each in a process of its own, until all have ended well; what each said."""
        logs = [self._folder / f"{at}.log" for at in range(len(commands))]
        asked = [[str(log), *command] for log, command in zip(logs, commands, strict=True)]
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        codes = json.loads(self._process.stdout.readline())
        said = [log.read_text(encoding="utf-8") for log in logs]
        for code, command, text in zip(codes, commands, said, strict=True):
            assert code == 0, f"jobchime {' '.join(command)} ended with {code}: {text[-_SAID:]}"
        return said

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with self._process:  # which closes its pipes
            self._process.wait()


def serve() -> None:
    """The side of the processes: for each line that comes in, fork what it names, and tell the exit codes."""
    import_module("services.cli.commands.workers")  # what all of them import
    for line in sys.stdin:
        pids = [_forked(log, command) for log, *command in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        print(json.dumps(codes), flush=True)


def _forked(log: str, command: Sequence[str]) -> int:
    pid = os.fork()
    if pid == 0:
        _live(log, command)
    return pid


def _live(log: str, command: Sequence[str]) -> NoReturn:
    """Be a command that was started by itself, which may have to start over as such."""
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(told, 1)
    os.dup2(told, 2)
    sys.argv = ["jobchime", *command]
    sys.orig_argv = [sys.executable, "-c", START, *command]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


if __name__ == "__main__":
    serve()
