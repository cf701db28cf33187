"""Somebody with a browser that runs no script: they see a page, type into its fields and press what stands on it."""

import re
from collections.abc import Mapping
from urllib.parse import urljoin

import httpx2
from lxml import html

from services.wording.words import Words

_SKIPPED = ("submit", "button", "image", "reset", "file")


class Visitor:
    """What one person does over HTTP, in their language; buttons are found by what is written on them."""

    def __init__(self, client: httpx2.Client, words: Words) -> None:
        self._client = client
        self._words = words
        self._cookies: dict[str, str] = {}
        self._at = ""
        self._page = html.fromstring("<html></html>")

    @property
    def text(self) -> str:
        """What the page says, in one line."""
        return self._only("main")

    @property
    def heading(self) -> str:
        return self._only("h1")

    def _only(self, tag: str) -> str:
        found: list[html.HtmlElement] = self._page.xpath(f"//{tag}")
        return " ".join(" ".join(one.text_content() for one in found).split())

    def says(self, text: str, then: str = "") -> bool:
        """Whether the page says that, in their language, and right after it something else."""
        return " ".join((self._words.say(text) + then).split()) in self.text

    def path(self) -> str:
        return re.sub(r"^https?://[^/]+", "", self._at)

    def open(self, address: str) -> None:
        """Go to an address, and wherever it leads."""
        self._take("GET", address, {})

    def offers(self, text: str) -> bool:
        """Whether there is a button that is called so."""
        return bool(self._buttons(self._words.say(text)))

    def press(self, text: str, **typed: str) -> None:
        """Press the first button that is called so, after typing into the fields of its form."""
        said = self._words.say(text)
        for button in self._buttons(said):
            [form, *_] = button.iterancestors("form")
            fields = _fields(form)
            if typed.keys() <= {field.get("name") for field in form.xpath(".//*[@name]")}:
                fields |= typed
                if button.get("name"):
                    fields[button.get("name")] = button.get("value", "")
                action = button.get("formaction") or form.get("action") or ""
                self._take("POST", urljoin(self._at, action), fields)
                return
        raise AssertionError(f"no button “{said}” with {sorted(typed)}: {self.text}")

    def _buttons(self, said: str) -> list[html.HtmlElement]:
        seen = self._page.xpath("//form[@method='post']//button[not(@hidden)]")
        return [button for button in seen if " ".join(button.text_content().split()).startswith(said)]

    def _take(self, method: str, address: str, fields: Mapping[str, str]) -> None:
        headers = {
            "Accept-Language": self._words.tag,
            "Cookie": "; ".join(f"{n}={v}" for n, v in self._cookies.items()),
        }
        answer = self._client.request(
            method, address.partition("#")[0], headers=headers, data=fields if method == "POST" else None
        )
        for cookie in answer.headers.get_list("set-cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        self._at = str(answer.url)
        if answer.status_code == 303:
            self.open(urljoin(self._at, answer.headers["location"]))
            return
        self._page = html.fromstring(answer.text)
        assert self._page.get("lang") == self._words.tag, "a page of theirs in another language"


def _fields(form: html.HtmlElement) -> dict[str, str]:
    """What a browser sends of a form as it stands."""
    sent: dict[str, str] = {}
    for field in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        name, kind = field.get("name"), field.get("type", "text")
        if field.tag == "select":
            sent[name] = field.value or ""
        elif field.tag == "textarea":
            sent[name] = field.text or ""
        elif kind in ("checkbox", "radio"):
            if field.get("checked") is not None:
                sent[name] = field.get("value", "on")
        elif kind not in _SKIPPED:
            sent[name] = field.get("value", "")
    return sent
