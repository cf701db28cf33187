"""The receiver of docs/webhooks.md is run as it stands there, and asked over HTTP by what posts to webhooks."""

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from services.notifier.domain.ids import Ids
from services.notifier.domain.webhooks import (
    Attempt,
    Webhook,
    holds_challenge,
    shown_secret,
    signed_headers,
    trying_event,
)
from services.notifier.settings import WebhookSettings
from services.notifier.webhooks import poster
from tests.support.loopback import free_port
from tests.support.waiting import until

ROOT = Path(__file__).resolve().parents[2]
HOOK = Webhook("hook", "somebody", None, "", "salt", "active", 0, datetime.now(UTC))


def test_the_receiver_of_the_page_answers_challenges_and_tells_of_each_job_once(tmp_path: Path) -> None:
    [code] = re.findall(r"```python\n(.*?)```", (ROOT / "docs/webhooks.md").read_text("utf-8"), re.DOTALL)
    job = (ROOT / "schemas/examples/webhook.v1.json").read_bytes()
    job_data = json.loads(job)["data"]
    [search] = job_data["searches"]
    secret, port, said = Ids(b"a secret for tests only").webhook_secret("hook", "salt"), free_port(), tmp_path / "said"
    post = poster(WebhookSettings(allow_private=True))

    def sent(event_id: str, body: bytes, key: bytes = secret) -> Attempt:
        now = datetime.now(UTC)
        return post(f"http://127.0.0.1:{port}/", body, signed_headers(event_id, now, body, [key]), now)

    environment = os.environ | {"WEBHOOK_SECRET": shown_secret(secret), "PORT": str(port)}
    with said.open("w") as out:
        process = subprocess.Popen([sys.executable, "-c", code], env=environment, stdout=out, stderr=subprocess.DEVNULL)
        try:
            until(lambda: sent("msg_ping", trying_event(HOOK, HOOK.created_at)).status == 200, "it listens")
            answer = sent("msg_challenge", trying_event(HOOK, HOOK.created_at, "a token"))
            assert holds_challenge(answer, "a token")
            assert [sent("msg_job", job).status for _ in range(2)] == [200, 200]
            assert sent("msg_forged", job, b"another key").status == 401
        finally:
            process.kill()
            process.wait()
    assert said.read_text().splitlines() == [
        f"{search['name']}: Senior Python engineer, Harbour Optics, https://jobs.example.com/4711. {search['why']}"
    ]
