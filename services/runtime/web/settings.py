"""Where a service answers over HTTP."""

from pydantic import BaseModel, ConfigDict, Field


class ProbeSettings(BaseModel):
    """/metrics, /livez and /readyz of each service; they tell nothing of people."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    host: str = "127.0.0.1"
    """Loopback unless told otherwise: metrics are nobody else's business."""
    ingest_port: int = Field(default=8101, ge=0, le=65_535)
    """Of `jobchime ingest`; 0: any free port, said in the log."""
    matcher_port: int = Field(default=8102, ge=0, le=65_535)
    """Of `jobchime matcher`."""
    notifier_port: int = Field(default=8103, ge=0, le=65_535)
    """Of `jobchime notifier`."""
    embedded_port: int | None = Field(default=None, ge=0, le=65_535, examples=[8100])
    """Of `jobchime run`; unset: no probes there."""
    stuck_after_s: float = Field(default=600.0, gt=0, le=86_400)
    """A worker whose loop has not turned for so long fails /livez: longer than any step of the loop takes."""
    enabled: bool = True
    """Whether the services of the deployed form have probes."""

    def port_of(self, service: str) -> int:
        """The port of `ingest`, `matcher` or `notifier`."""
        return {"ingest": self.ingest_port, "matcher": self.matcher_port, "notifier": self.notifier_port}[service]
