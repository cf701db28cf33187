"""How Elasticsearch is reached."""

from pathlib import Path
from typing import Annotated, Self
from urllib.parse import SplitResult, urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator, model_validator

from schemas.setting_types import formed


class ElasticsearchSettings(BaseModel):
    """Elasticsearch, used if `matcher.index` says so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urls: tuple[str, ...] = Field(default=(), examples=[["https://search.example.com:9200"]])
    """Some of the nodes, each as `https://host:port`. User and password have settings of their own."""
    prefix: Annotated[
        str,
        formed(
            r"[a-z][a-z0-9-]{0,40}", "it holds a to z in lower case first, then also digits and hyphens, 41 at most"
        ),
    ] = "jobchime"
    """Stands before the name of every index and alias, so that several installations can share a cluster."""
    username: str = ""
    """The account at the cluster."""
    password: SecretStr = SecretStr("")
    """The password of that account. Better given as JOBCHIME_ELASTICSEARCH__PASSWORD."""
    api_key: SecretStr = SecretStr("")
    """Instead of username and password. Better given as JOBCHIME_ELASTICSEARCH__API_KEY."""
    ca_file: Path | None = Field(default=None, examples=["ca.pem"])
    """Certificates to trust instead of the machine's own."""
    timeout_s: float = Field(default=3.5, gt=0, le=60)
    """How long one request may take, in seconds. Keep it below 4, or the worker seems dead to its group."""
    shards: int = Field(default=1, ge=1, le=64)
    """How many shards the index of criteria has."""
    replicas: int = Field(default=0, ge=0, le=5)
    """How many copies of each shard other nodes keep."""

    @field_validator("urls")
    @classmethod
    def _are_plain_addresses(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        for url in urls:
            parts = _parts(url)
            if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError("an address is http:// or https://, a host and a port, such as http://127.0.0.1:9200")
            # Addresses are shown to operators and written to logs.
            if "@" in parts.netloc:
                raise ValueError(f"give the user of {parts.hostname} by username and password, not in the address")
            if parts.port is None and parts.scheme == "http":
                raise ValueError(f"{url} lacks a port: write {parts.scheme}://{parts.netloc}:9200")
        return urls

    @model_validator(mode="after")
    def _proves_itself_in_one_way(self) -> Self:
        if self.api_key.get_secret_value() and self.username:
            raise ValueError("set api_key, or username and password, not both")
        return self


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises where it is no number)
    except ValueError:
        return None
    return parts
