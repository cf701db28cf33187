"""Whether services do their work, and in words why not: of a runner's status."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from services.runtime.health.heartbeat import Heartbeat
from services.runtime.health.notes import Failure
from services.runtime.health.status import RunnerStatus, ServiceStatus
from services.runtime.metrics.freshness import Measured
from services.runtime.pauses import BY_OPERATOR, Pauses


def reason_of(service: ServiceStatus, pauses: Pauses) -> str | None:
    """Why a service does not do its work, in one sentence; None where it does."""
    if pauses.holds(service.name):
        return BY_OPERATOR
    if not service.loaded:
        return f"not loaded: {service.last_error}" if service.last_error else "not loaded yet"
    if not service.member:
        return f"without partitions: {service.last_error}" if service.last_error else "waits for its partitions"
    halted = [lane for lane in service.lanes if lane.state == "halted"]
    if halted:
        return halted[0].error or "halted by the cap on dead letters"
    waiting = [lane for lane in service.lanes if lane.state == "waiting"]
    if waiting:
        return f"waits: {waiting[0].error}" if waiting[0].error else "waits to try again"
    return None


def not_ready(status: RunnerStatus, pauses: Pauses) -> tuple[str, ...]:
    """Why a process is not ready: each service that is not, by name."""
    reasons = ((service.name, reason_of(service, pauses)) for service in status.services)
    return tuple(f"{name}: {reason}" for name, reason in reasons if reason is not None)


def heartbeats_of(
    status: RunnerStatus, pauses: Pauses, measured: Mapping[str, Measured] | None = None
) -> Sequence[Heartbeat]:
    """What a runner's status comes to as heartbeats."""
    measures = measured or {}
    found = []
    for service in status.services:
        reason = reason_of(service, pauses)
        measure = measures.get(service.name)
        found.append(
            heartbeat_of(
                Heartbeat(
                    service=service.name,
                    ready=reason is None,
                    reason=reason,
                    handled=service.handled,
                    per_second=service.per_second,
                    lag=service.lag,
                    dead=sum(lane.dead for lane in service.lanes),
                    freshness_s=None if measure is None else measure.freshness_s(),
                ),
                service.failure,
            )
        )
    return found


def heartbeat_of(heartbeat: Heartbeat, failure: Failure | None) -> Heartbeat:
    """The heartbeat with what fails, and since when."""
    if failure is None:
        return heartbeat
    return replace(heartbeat, last_error=failure.error, last_error_since=failure.since, last_error_at=failure.at)
