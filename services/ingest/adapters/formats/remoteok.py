"""Remote OK's API: JSON of one board, about the 100 newest."""

import re

from services.ingest.adapters.formats.base import Part, identified
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import list_of, plain, text_of
from services.ingest.adapters.formats.json_peek import peek
from services.ingest.domain.draft import Draft
from services.ingest.ports import JsonObject, Skip

_BEACON = re.compile(
    r"(?:<br\s{0,4}/?>|<p>|\s){0,8}Please mention the words? \*\*[^*<]{0,80}\*\*"
    r" and tag R[A-Za-z0-9+/=]{0,80} when applying.{0,80}?\(#R[A-Za-z0-9+/=]{0,80}\)\.?"
    r"(?: This is a (?:beta )?feature to avoid spam applicants\.)?"
    r"(?: Companies can search these words to find applicants that read this and see they're human\.)?(?:</p>)?",
    re.DOTALL | re.IGNORECASE,
)
_REQUEST = re.compile("Please mention the word", re.IGNORECASE)
_BEFORE_REQUEST = 80
_CP1252 = {bytes([code]).decode("cp1252", "replace"): code for code in range(0x80, 0xA0)}
_HIGH = "\x80-\xbf" + "".join(_CP1252.keys() - {"\ufffd"})
_GARBLED = re.compile(f"[\xc2-\xdf][{_HIGH}]|[\xe0-\xef][{_HIGH}]{{2}}|[\xf0-\xf4][{_HIGH}]{{3}}")


class RemoteOk(Board):
    """GET https://remoteok.com/api: a list whose first element is a legal notice."""

    def detects(self, body: bytes) -> bool:
        """By the legal notice, or by an item's fields where it is missing."""
        firsts = peek(body, self.array).firsts
        if not firsts:
            return False
        return {"legal", "last_updated"} <= firsts[0].keys() or {"position", "epoch", "tags"} <= firsts[0].keys()

    def item(self, row: JsonObject) -> Part:
        """Skip the legal notice, told by its lack of a position, and rows with neither position nor company."""
        if "position" not in row:
            return Skip("the board's legal notice") if "legal" in row else identified("", row, field="position")
        source_id = text_of(row.get("id"))
        if not text_of(row.get("position")) and not text_of(row.get("company")):
            return Skip("an empty row of the board: no position, no company", source_id or None, is_unread=True)
        return identified(source_id, row, field="id")

    def draft(self, data: JsonObject) -> Draft:
        """Map an item, mended and less the beacon."""
        title, company, location = (mended(text_of(data.get(name))) for name in ("position", "company", "location"))
        return super().draft(
            {
                **data,
                "position": title,
                "company": company,
                "location": plain(location).strip(", "),
                "description": mended(without_beacon(text_of(data.get("description")))),
                "tags": [mended(text_of(tag)) for tag in list_of(data.get("tags"))],
            }
        )

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """Less the beacon too: its word and tag differ by caller and fetch."""
        kept = super().fingerprint(data)
        return {name: without_beacon(value) if isinstance(value, str) else value for name, value in kept.items()}


def without_beacon(text: str) -> str:
    """Take out the request to mention a word and a tag, which holds the caller's address in base64."""
    request = _REQUEST.search(text)
    if request is None:
        return text
    # The pattern begins with what may stand before the request, and would be tried at each letter before it.
    since = max(0, request.start() - _BEFORE_REQUEST)
    return text[:since] + _BEACON.sub("", text[since:])


def mended(text: str) -> str:
    """Undo UTF-8 that was read as Latin-1 or Windows-1252, run by run, where the bytes are sound UTF-8."""
    return text if text.isascii() else _GARBLED.sub(_reread, text)


def _reread(run: re.Match[str]) -> str:
    try:
        return bytes(_CP1252.get(character, ord(character)) for character in run[0]).decode("utf-8")
    except UnicodeDecodeError:
        return run[0]
