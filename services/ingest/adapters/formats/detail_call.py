"""What the call for one posting's details answers."""

from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.ports import Details, JsonObject
from services.runtime.strict_json import read_value


def details_in(body: bytes, details: Details) -> JsonObject | None:
    """Those of the members that an answer holds, which may be none; None of what is no object. Never raises.

    An error page is no object, nor is a body that is cut short.
    """
    if len(body) > MOST_BYTES:
        return None
    try:
        value, _ = read_value(read_text(body).text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return without_contacts({name: part for name, part in value.items() if name in details.members})
