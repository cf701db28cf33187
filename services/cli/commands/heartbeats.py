"""`jobchime worker`: which workers have been heard of, and to forget one that is gone."""

from datetime import datetime
from typing import Annotated, Any

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, moment
from services.cli.output import console, print_json, table
from services.usecases import workers
from services.usecases.workers import Worker

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_workers(config: Config = None, as_json: AsJson = False) -> None:
    """List the workers of the last day. Each is alive, stopped, or lost: silent without having stopped."""
    now = moment(None)
    known = workers.listed(open_installation(config, create=False))
    if as_json:
        for worker in known:
            print_json(_as_json(worker, now))
        return
    columns = ("worker", "service", "state", "last heard of", "host", "process", "version", "probes")
    rows = [
        (worker.worker, worker.heartbeat.service, worker.state(now), f"{worker.seen_at:%Y-%m-%d %H:%M:%S}Z",
         worker.host, str(worker.pid), worker.version, worker.probes)
        for worker in known
    ]  # fmt: skip
    console().print(table(f"{len({worker.worker for worker in known})} workers", columns, rows))


@app.command("forget")
def forget(
    name: Annotated[str, typer.Argument(metavar="WORKER", help="Its name in `jobchime worker list`.")],
    config: Config = None,
) -> None:
    """Remove a lost worker from `status` and the metrics. Otherwise it disappears a day after its last heartbeat."""
    workers.forget(open_installation(config, create=False), name, moment(None))
    typer.echo(f"{name} is forgotten. If it still runs, it comes back with its next heartbeat.")


def _as_json(worker: Worker, now: datetime) -> dict[str, Any]:
    return {
        "worker": worker.worker,
        "service": worker.heartbeat.service,
        "state": worker.state(now),
        "seen_at": worker.seen_at.isoformat(),
        "started_at": worker.started_at.isoformat(),
        "host": worker.host,
        "pid": worker.pid,
        "version": worker.version,
        "probes": worker.probes,
    }
