"""All formats of an installation: the named ones, the mappings that come along, and its own."""

import json
from collections.abc import Mapping

from schemas.codec import digest_of
from services.ingest.adapters.formats import registry
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.mapping.files import PREFIX
from services.ingest.mapping.settings import MappingSettings
from services.ingest.ports import Format
from services.runtime.errors import UsageError


class Catalogue:
    """The formats that a body may be of; an own mapping goes before all others, and before one of its name."""

    def __init__(self, mappings: Mapping[str, MappingSettings]) -> None:
        written = {name: mapping.model_dump_json() for name, mapping in sorted(mappings.items())}
        self.revision = digest_of(json.dumps(written)) if written else ""
        """Changes with any of the mappings."""
        self._own = {f"{PREFIX}{name}": Mapped(name, mapping) for name, mapping in mappings.items()}

    def detect(self, body: bytes) -> Format | None:
        """Tell a body's format by its content alone; None where no format knows it. Never raises."""
        return next((mapped for mapped in self._own.values() if mapped.detects(body)), None) or registry.detect(body)

    def format_named(self, name: str) -> Format:
        """Give the format of this name. Raises UsageError, with the names that there are."""
        mapped = self._own.get(name)
        try:
            return mapped or registry.format_named(name)
        except UsageError as error:
            own_names = f"; of your own: {', '.join(self._own)}" if self._own else ""
            raise UsageError(f"{error}{own_names}") from None

    def by_name(self) -> dict[str, Format]:
        """All of them."""
        return {known.name: known for known in (*registry.named_formats(), *registry.mapped())} | self._own
