"""The one module that knows the library: requests over its connections, its errors as ours."""

import logging
from collections.abc import Mapping
from typing import Any

from elastic_transport import ApiError, ConnectionTimeout, OrjsonSerializer, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import Elasticsearch, UnsupportedProductError

from services.runtime.elasticsearch.refusals import ENGINE, SlowError, away, cause, failure
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import redacted


class Connection:
    """Connects on first use. For many threads."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        """Raises UsageError for settings that the library refuses."""
        try:
            self._client = _client(settings)
        except (ValueError, OSError) as error:
            raise UsageError(
                f"the Elasticsearch client refuses elasticsearch.* of the settings: {redacted(error)}"
            ) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Any,
        params: Mapping[str, Any] | None,
        timeout_s: float | None = None,
    ) -> Any:
        """One request, its answer parsed. Raises as `SearchEngine.ask`."""
        client = self._client if timeout_s is None else self._client.options(request_timeout=timeout_s)
        try:
            return client.perform_request(method, path, params=params, headers=headers, body=body).body
        except ApiError as error:
            raise failure(error.meta.status, *cause(error.body)) from error
        except ConnectionTimeout as error:
            raise SlowError(f"Elasticsearch does not answer in time: {redacted(error)}", mend=ENGINE) from error
        except TransportError as error:
            raise away(f"Elasticsearch does not answer: {redacted(error)}") from error
        except UnsupportedProductError as error:
            raise away("what answers at elasticsearch.urls is not Elasticsearch: check it") from error


def _client(settings: ElasticsearchSettings) -> Elasticsearch:
    # The library tells each failed attempt as a warning; what matters of it comes as an error of ours.
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)
    return Elasticsearch(
        list(settings.urls),
        basic_auth=(settings.username, settings.password.get_secret_value()) if settings.username else None,
        api_key=settings.api_key.get_secret_value() or None,
        ca_certs=str(settings.ca_file) if settings.ca_file else DEFAULT,
        request_timeout=settings.timeout_s,
        max_retries=0,
        retry_on_timeout=False,
        serializers={"application/json": OrjsonSerializer()},
    )
