"""The story of a job for somebody, asked for by a form."""

from tests.support.console import ServedConsole


def test_whom_nobody_knows_is_said_beside_the_form(console: ServedConsole) -> None:
    fields = {"person": "<b>nobody@example.com", "posting": "nowhere", "token": console.form_token()}
    page = console.client.post("/why", data=fields)
    assert page.status_code == 200
    assert 'role="alert"' in page.text
    assert "<b>nobody" not in page.text
    assert "nobody@example.com" not in str(page.url)
    assert console.client.post("/why", data=fields | {"token": "forged"}).status_code == 403
