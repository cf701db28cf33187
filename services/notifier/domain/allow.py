"""Who may be mailed at all: the addresses, domains or `*` that the settings name."""

from collections.abc import Iterable

from email_validator import EmailNotValidError, validate_email

from services.notifier.domain.ids import fold_address

EVERYBODY = "*"


class AllowError(ValueError):
    """An entry that is neither an address, nor `@domain`, nor `*`."""


class AllowRule:
    """Tells whether an address may be mailed. No entry: nobody may."""

    def __init__(self, entries: Iterable[str]) -> None:
        """Entries are addresses, `@domain` (without its subdomains) or `*`; case and IDNA spelling do not matter.

        Raises AllowError for an entry that is none of them.
        """
        self._entries = frozenset(_entry(entry) for entry in entries)

    def allows(self, address: str) -> bool:
        """Whether an entry names the address; what is no address is for the mailer to refuse."""
        if EVERYBODY in self._entries:
            return True
        try:
            wanted = _comparable(address)
        except EmailNotValidError:
            return False
        return wanted in self._entries or wanted[wanted.rindex("@") :] in self._entries


def _entry(text: str) -> str:
    if text == EVERYBODY:
        return text
    try:
        if text.startswith("*"):
            raise EmailNotValidError("a pattern")
        if text.startswith("@"):
            whole = _comparable(f"anyone{text}")
            return whole[whole.rindex("@") :]
        return _comparable(text)
    except EmailNotValidError:
        raise AllowError(f'{text!r} is no address, no "@example.com" and no "*"') from None


def _comparable(address: str) -> str:
    """Folded, the domain in ASCII: two spellings of one mailbox are equal."""
    checked = validate_email(fold_address(address), check_deliverability=False)
    return f"{checked.local_part}@{checked.ascii_domain}"
