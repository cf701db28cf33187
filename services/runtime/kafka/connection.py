"""What every client of Kafka is made with, and what its errors mean here."""

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kafka.errors import (
    AuthorizationError,
    KafkaConfigurationError,
    KafkaError,
    KafkaTimeoutError,
    SaslAuthenticationFailedError,
)

from services.runtime.errors import UnavailableError, UsageError
from services.runtime.http.trust import trusting
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.privacy.redaction import redacted

CLIENT = "jobchime"
REQUEST_S = 10.0
"""How long one request may take; a broker that hangs is then asked again, over a new connection."""
_RECONNECT_MOST_MS = 1_000


def client_options(settings: KafkaSettings, *, patience_s: float) -> dict[str, Any]:
    """Arguments of a client of kafka-python: addresses, security, timeouts; the first contact within `patience_s`.

    Raises UsageError where the settings name no server, or certificates that cannot be read.
    """
    if not settings.deployed:
        raise UsageError("no Kafka is named: set kafka.bootstrap, or run the embedded form with `jobchime run`")
    # The library tells each failed attempt as a warning; what matters of it comes as an error of ours.
    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    return reached(settings) | {
        "client_id": CLIENT,
        "request_timeout_ms": int(min(REQUEST_S, patience_s) * 1_000),
        "bootstrap_timeout_ms": int(min(REQUEST_S, patience_s) * 1_000),
        "reconnect_backoff_max_ms": _RECONNECT_MOST_MS,
    }


def reached(settings: KafkaSettings) -> dict[str, Any]:
    """Arguments of a client, be it of kafka-python or aiokafka: addresses and security. Raises UsageError."""
    return {
        "bootstrap_servers": list(settings.bootstrap),
        "security_protocol": settings.security,
        "ssl_context": ssl_context(settings),
    } | _sasl(settings)


def ssl_context(settings: KafkaSettings) -> ssl.SSLContext | None:
    """What to trust: the machine's certificates and those of `ca_file`; None without SSL. Raises UsageError."""
    if not settings.security.endswith("SSL"):
        return None
    return trusting("kafka.ca_file", settings.ca_file)


@contextmanager
def explained(settings: KafkaSettings) -> Iterator[None]:
    """Turn what the library raises into one sentence. Raises UnavailableError."""
    where = f"Kafka at {', '.join(settings.bootstrap)}"
    try:
        yield
    except (SaslAuthenticationFailedError, AuthorizationError) as error:
        raise UnavailableError(
            f"{where} refuses this user: {redacted(error)};"
            " see kafka.username, kafka.password and the rights of the user",
            mend="Kafka",
        ) from error
    except KafkaConfigurationError as error:
        raise UsageError(f"kafka-python refuses its settings: {redacted(error)}") from error
    except KafkaTimeoutError as error:
        raise UnavailableError(
            f"{where} does not answer: {redacted(error)}; see bootstrap, security, user and password of [kafka]",
            mend="Kafka",
        ) from error
    except (KafkaError, OSError) as error:
        raise UnavailableError(f"{where}: {type(error).__name__}: {redacted(error)}", mend="Kafka") from error


def _sasl(settings: KafkaSettings) -> dict[str, Any]:
    if not settings.security.startswith("SASL"):
        return {}
    return {
        "sasl_mechanism": settings.sasl_mechanism,
        "sasl_plain_username": settings.username,
        "sasl_plain_password": settings.password.get_secret_value(),
    }
