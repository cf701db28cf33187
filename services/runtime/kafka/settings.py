"""How Kafka is reached."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from schemas.setting_types import formed


class KafkaSettings(BaseModel):
    """Kafka, the log of the deployed form. Without a bootstrap server, everything runs in one process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bootstrap: tuple[str, ...] = Field(default=(), examples=[["kafka.example.com:9092"]])
    """The servers to connect to first, each as `host:port`. Empty: the embedded form, without Kafka."""
    prefix: Annotated[
        str, formed(r"[A-Za-z0-9._-]{0,40}", "it holds letters, digits, dots, hyphens and underscores, 40 at most")
    ] = ""
    """Stands before every topic and consumer group, so that several installations can share a cluster."""
    replication: int = Field(default=1, ge=1, le=9)
    """How many copies of each partition to keep, in topics that `jobchime topics create` makes."""
    security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """Whether the connection is encrypted (SSL), and whether you sign in with name and password (SASL)."""
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How name and password are sent."""
    username: str = ""
    """The account at the brokers, if `security` is SASL."""
    password: SecretStr = SecretStr("")
    """The password of that account. Better given as JOBCHIME_KAFKA__PASSWORD."""
    ca_file: Path | None = Field(default=None, examples=["ca.pem"])
    """Certificates to trust in addition to the machine's own."""
    delivery_timeout_s: float = Field(default=30.0, gt=0, le=600)
    """How long a record may take to reach the broker. After that, sending it has failed and is tried again."""
    buffer_bytes: int = Field(default=32 << 20, ge=1 << 20)
    """How many bytes of records may wait to be sent. If the buffer is full, the producer waits."""
    session_timeout_s: float = Field(default=5.0, ge=1, le=300)
    """A worker that is silent for this long loses its partitions to others. If the brokers' least
    (`group.min.session.timeout.ms`, 6 s by default) is longer, it is used instead."""
    commit_every_s: float = Field(default=0.5, gt=0, le=60)
    """How often a worker commits its positions, in seconds."""
    batch: int = Field(default=500, ge=1, le=10_000)
    """How many records are handled together at most."""
    linger_s: float = Field(default=0.05, gt=0, le=5)
    """How long a worker gathers records for one batch. Longer means less work, but jobs arrive later."""

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
