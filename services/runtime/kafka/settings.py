"""How Kafka is reached."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from schemas.setting_types import formed


class KafkaSettings(BaseModel):
    """Kafka, on which services run as processes of their own; without a bootstrap server all is one process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap: tuple[str, ...] = Field(default=(), examples=[["kafka.example.com:9092"]])
    """Servers to ask first, `host:port`; none: the embedded form."""
    prefix: Annotated[
        str, formed(r"[A-Za-z0-9._-]{0,40}", "it holds letters, digits, dots, hyphens and underscores, 40 at most")
    ] = ""
    """Stands before every topic and consumer group, so that installations may share a cluster."""
    replication: int = Field(default=1, ge=1, le=9)
    """Copies of each partition, in topics that `jobchime topics create` makes."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Whether the connection is encrypted (SSL), and whether a name and password are given (SASL)."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the name and password are given."""
    username: str = ""
    """Of an account at the brokers, where `security` is SASL."""
    password: SecretStr = SecretStr("")
    """Better given as JOBCHIME_KAFKA__PASSWORD."""
    ca_file: Path | None = Field(default=None, examples=["ca.pem"])
    """Certificates to trust besides the machine's own."""
    delivery_timeout_s: float = Field(default=30.0, gt=0, le=600)
    """How long a record may be on its way to the broker before sending it counts as failed, and is tried again."""
    buffer_bytes: int = Field(default=32 << 20, ge=1 << 20)
    """Of records waiting to be sent; a producer waits where it is full."""
    session_timeout_s: float = Field(default=5.0, ge=1, le=300)
    """A worker that is silent for so long has its partitions taken over. Where the brokers' least
    (`group.min.session.timeout.ms`, 6 s unless they are told otherwise) is longer, that counts."""
    commit_every_s: float = Field(default=0.5, gt=0, le=60)
    """How often a worker notes how far it has come, in seconds."""
    batch: int = Field(default=500, ge=1, le=10_000)
    """Most records handled together."""
    linger_s: float = Field(default=0.05, gt=0, le=5)
    """How long a worker gathers records into one batch: what waiting costs in freshness, it saves in work."""

    @property
    def deployed(self) -> bool:
        """Whether this installation runs on Kafka."""
        return bool(self.bootstrap)

    def topic(self, name: str) -> str:
        """A topic's name on the cluster."""
        return self.prefix + name

    def group(self, service: str) -> str:
        """A service's consumer group on the cluster."""
        return self.prefix + service
