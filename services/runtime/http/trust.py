"""Whose certificates are believed: the machine's authorities, and one's own."""

import ssl
from pathlib import Path

from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import redacted


def trusting(setting: str, ca_file: Path | None) -> ssl.SSLContext:
    """Trust what the machine does, and what a file holds that a setting names. Raises UsageError."""
    context = ssl.create_default_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as error:
            raise UsageError(f"{setting} {ca_file} holds no certificates: {redacted(error)}") from None
    return context
