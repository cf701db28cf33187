"""How Elasticsearch is reached."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ElasticsearchSettings(BaseModel):
    """The `[elasticsearch]` table of the settings file."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    urls: tuple[str, ...] = ()
    prefix: str = Field(default="jobchime", pattern=r"^[a-z][a-z0-9-]{0,40}$")
    """Begins the name of every index and alias, so that installations may share a cluster."""
    username: str = ""
    password: SecretStr = SecretStr("")
    api_key: SecretStr = SecretStr("")
    """Instead of a username and password."""
    ca_file: Path | None = None
    """Certificates to trust instead of the machine's own."""
    timeout_s: float = Field(default=3.5, gt=0, le=60)
    """For one request. Below the 4 s after which a worker would look dead to its group."""
    shards: int = Field(default=1, ge=1, le=64)
    """Of the index of criteria."""
    replicas: int = Field(default=0, ge=0, le=5)
