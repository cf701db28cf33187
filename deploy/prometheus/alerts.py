"""The one list of alerts. `make docs` writes `rules.yaml` of it; docs/runbook.md has a section for each.

What the store says is the same from each worker, so that the most over them is taken, not the sum.
"""

from pathlib import Path

import yaml

from deploy.prometheus.alert import Alert, Case
from deploy.prometheus.objectives import OBJECTIVES

RULES = Path(__file__).parent / "rules.yaml"
_AWAY = "UnavailableError|LateError|SlowError|MissingIndexError"
"""Errors of a batch that waits for an engine (`services/runtime/errors.py` and the classes made of them)."""

_DEAD = 'jobchime_dead_letters_total{service="matcher", topic="raw.v1", error_type="PoisonError"}'


def _retries(error: str) -> str:
    return f'jobchime_retries_total{{service="matcher", topic="raw.v1", error_type="{error}"}}'


def _service(name: str) -> tuple[dict[str, str]]:
    return ({"service": name},)


_THRESHOLDS: tuple[Alert, ...] = (
    Alert(
        "JobchimeServiceDown",
        "page",
        'max by (service) (jobchime_workers{state="alive"}) < 1',
        "1m",
        "No worker of {{ $labels.service }} is alive: nobody does its work.",
        Case({'jobchime_workers{service="matcher", state="alive"}': "1x5 0x10"}, "10m", _service("matcher")),
        (
            Case({'jobchime_workers{service="matcher", state="alive"}': "2x5 1x10"}, "10m"),
            Case({'jobchime_workers{service="matcher", state="alive"}': "1x5 0 1x10"}, "10m"),
        ),
    ),
    Alert(
        "JobchimeWorkerLost",
        "ticket",
        'max by (service) (jobchime_workers{state="lost"}) > 0',
        "1m",
        "A worker of {{ $labels.service }} died without a goodbye; the others go on.",
        Case({'jobchime_workers{service="matcher", state="lost"}': "0x5 1x10"}, "10m", _service("matcher")),
        (Case({'jobchime_workers{service="matcher", state="lost"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeRestarting",
        "page",
        "max by (service) (jobchime_worker_restarts_last_hour) >= 3",
        "0s",
        "A worker of {{ $labels.service }} is started again and again: it dies soon after each start.",
        Case({'jobchime_worker_restarts_last_hour{service="matcher"}': "0x5 2 3x10"}, "10m", _service("matcher")),
        (Case({'jobchime_worker_restarts_last_hour{service="matcher"}': "0x5 1 2x10"}, "10m"),),
    ),
    Alert(
        "JobchimeSilent",
        "page",
        "absent(jobchime_store_up) or max(jobchime_store_up) < 1",
        "2m",
        "No process is left to say anything, or none of them reaches the store.",
        Case({'jobchime_store_up{instance="a"}': "1x5 0x10", 'jobchime_store_up{instance="b"}': "0x15"}, "12m", ({},)),
        (Case({'jobchime_store_up{instance="a"}': "1x15", 'jobchime_store_up{instance="b"}': "0x15"}, "12m"),),
    ),
    Alert(
        "JobchimeNotReady",
        "page",
        "max by (service) (jobchime_ready unless jobchime_paused == 1) == 0",
        "5m",
        "No worker of {{ $labels.service }} does its work, and nobody paused it.",
        Case({'jobchime_ready{service="matcher"}': "0x15"}, "12m", _service("matcher")),
        (
            Case({'jobchime_ready{service="matcher"}': "0x15", 'jobchime_paused{service="matcher"}': "1x15"}, "12m"),
            Case({'jobchime_ready{service="matcher"}': "0x4 1 0x10"}, "7m"),
        ),
    ),
    Alert(
        "JobchimePartlyReady",
        "ticket",
        "min by (service) (jobchime_ready unless jobchime_paused == 1) == 0"
        " and max by (service) (jobchime_ready unless jobchime_paused == 1) == 1",
        "15m",
        "Some workers of {{ $labels.service }} do not do their work; others do.",
        Case(
            {
                'jobchime_ready{service="matcher", instance="a"}': "1x30",
                'jobchime_ready{service="matcher", instance="b"}': "0x30",
            },
            "20m",
            _service("matcher"),
        ),
        (Case({'jobchime_ready{service="matcher", instance="a"}': "1x30"}, "20m"),),
    ),
    Alert(
        "JobchimeEngineAway",
        "page",
        f'sum by (service, topic) (increase(jobchime_retries_total{{error_type=~"{_AWAY}"}}[5m])) > 3',
        "3m",
        "{{ $labels.service }} waits for an engine before {{ $labels.topic }}.",
        Case({_retries("UnavailableError"): "0+3x20"}, "15m", ({"service": "matcher", "topic": "raw.v1"},)),
        (Case({_retries("UnavailableError"): "2x20"}, "15m"), Case({_retries("ValueError"): "0+3x20"}, "15m")),
    ),
    Alert(
        "JobchimeTicksFailing",
        "page",
        "sum by (service) (increase(jobchime_tick_failures_total[10m])) > 5",
        "10m",
        "What is due at {{ $labels.service }} fails each time: digests, mails, polls or criteria wait.",
        Case({'jobchime_tick_failures_total{service="notifier"}': "0+2x40"}, "30m", _service("notifier")),
        (Case({'jobchime_tick_failures_total{service="notifier"}': "0x10 1x30"}, "30m"),),
    ),
    Alert(
        "JobchimeStuck",
        "ticket",
        "max by (instance, loop) (jobchime_loop_idle_seconds) > 300",
        "1m",
        "A loop of {{ $labels.instance }} has not turned for five minutes: {{ $labels.loop }}.",
        Case(
            {
                'jobchime_loop_idle_seconds{instance="a", loop="main"}': "0x20",
                'jobchime_loop_idle_seconds{instance="a", loop="outbox.relay"}': "0+60x20",
            },
            "10m",
            ({"instance": "a", "loop": "outbox.relay"},),
        ),
        (Case({'jobchime_loop_idle_seconds{instance="a", loop="main"}': "20x20"}, "10m"),),
    ),
    Alert(
        "JobchimeBehind",
        "page",
        "sum by (service) (deriv(jobchime_consumergroup_lag[15m])) > 0"
        " and sum by (service) (jobchime_consumergroup_lag) > 1000",
        "15m",
        "{{ $labels.service }} falls behind: more comes than it handles.",
        Case({'jobchime_consumergroup_lag{service="matcher", partition="1"}': "0+100x60"}, "50m", _service("matcher")),
        (
            Case({'jobchime_consumergroup_lag{service="matcher", partition="1"}': "6000-100x60"}, "50m"),
            Case({'jobchime_consumergroup_lag{service="matcher", partition="1"}': "0+10x60"}, "50m"),
        ),
    ),
    Alert(
        "JobchimeOutboxWaits",
        "ticket",
        "max(jobchime_outbox_rows) > 100",
        "15m",
        "Changes of searches are not published: new searches find nothing.",
        Case({"jobchime_outbox_rows": "500x30"}, "20m", ({},)),
        (Case({"jobchime_outbox_rows": "500x10 0x20"}, "20m"),),
    ),
    Alert(
        "JobchimeDeadLetters",
        "ticket",
        # What is counted for the first time comes with 1, in which `increase` sees no increase.
        "sum by (service, topic) (increase(jobchime_dead_letters_total[1h])) > 0"
        " or sum by (service, topic) (jobchime_dead_letters_total unless jobchime_dead_letters_total offset 1h) > 0",
        "0s",
        "Records of {{ $labels.topic }} could not be processed by {{ $labels.service }}.",
        Case({_DEAD: "_x5 1x30"}, "20m", ({"service": "matcher", "topic": "raw.v1"},)),
        (Case({_DEAD: "_x5 1x120"}, "90m"),),
    ),
    Alert(
        "JobchimeMailsUnknown",
        "ticket",
        'max(jobchime_deliveries{state="unknown"}) > 0',
        "0s",
        "Nobody knows of some mails whether they went out: they may be lost, and are not sent again by themselves.",
        Case({'jobchime_deliveries{state="unknown"}': "0x5 1x10"}, "10m", ({},)),
        (
            Case(
                {'jobchime_deliveries{state="accepted"}': "7x15", 'jobchime_deliveries{state="unknown"}': "0x15"}, "10m"
            ),
        ),
    ),
    Alert(
        "JobchimeMailsGivenUp",
        "ticket",
        'max by (fault) (jobchime_mails_given_up_last_day{fault!~"mailbox|withheld"}) > 0'
        ' or max by (fault) (jobchime_mails_given_up_last_day{fault=~"mailbox|withheld"}) > 1'
        ' unless on () sum(increase(jobchime_mail_attempts_total{outcome="accepted"}[1d])) > 0',
        "5m",
        "Mails of the last day will not go out any more, because of {{ $labels.fault }}.",
        Case(
            {
                'jobchime_mails_given_up_last_day{fault="expired"}': "3x15",
                'jobchime_mails_given_up_last_day{fault="withheld"}': "3x15",
            },
            "10m",
            ({"fault": "expired"}, {"fault": "withheld"}),
        ),
        (
            Case({'jobchime_mails_given_up_last_day{fault="mailbox"}': "1x15"}, "10m"),
            Case(
                {
                    'jobchime_mails_given_up_last_day{fault="withheld"}': "3x15",
                    'jobchime_mail_attempts_total{mailer="smtp", outcome="accepted", fault=""}': "0+1x15",
                },
                "10m",
            ),
        ),
    ),
    Alert(
        "JobchimeMailsFailing",
        "page",
        'max by (fault) (jobchime_mails_failing{fault=~"settings|away"}) > 0',
        "5m",
        "No mail goes out: the mail server is away, or refuses key, login or sender ({{ $labels.fault }}).",
        Case({'jobchime_mails_failing{fault="settings"}': "40x15"}, "10m", ({"fault": "settings"},)),
        (Case({'jobchime_mails_failing{fault="busy"}': "40x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSendingStopped",
        "page",
        "max(jobchime_sending_stopped) == 1",
        "0s",
        "Sending stopped by itself, for complaints, bounces or a restored store: a person must look.",
        Case({"jobchime_sending_stopped": "0x5 1x10", "jobchime_sending_paused": "0x5 1x10"}, "10m", ({},)),
        (Case({"jobchime_sending_stopped": "0x15", "jobchime_sending_paused": "1x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSendingPaused",
        "ticket",
        "max(jobchime_sending_paused) == 1 and max(jobchime_sending_stopped) == 0",
        "2h",
        "An operator paused sending two hours ago: mails wait.",
        Case({"jobchime_sending_paused": "1x200", "jobchime_sending_stopped": "0x200"}, "130m", ({},)),
        (Case({"jobchime_sending_paused": "1x60 0x140", "jobchime_sending_stopped": "0x200"}, "130m"),),
    ),
    Alert(
        "JobchimeServicePaused",
        "ticket",
        "max by (service) (jobchime_paused) == 1",
        "2h",
        "An operator paused {{ $labels.service }} two hours ago: its work waits.",
        Case({'jobchime_paused{service="matcher"}': "1x200"}, "130m", _service("matcher")),
        (Case({'jobchime_paused{service="matcher"}': "1x60 0x140"}, "130m"),),
    ),
    Alert(
        "JobchimeDigestsLate",
        "page",
        "max(jobchime_due_subscribers) - max(jobchime_put_off_subscribers) > 0",
        "30m",
        "Somebody's digest has been due for half an hour and more, and is not built.",
        Case({"jobchime_due_subscribers": "5x60", "jobchime_put_off_subscribers": "2x60"}, "40m", ({},)),
        (
            Case({"jobchime_due_subscribers": "5x60", "jobchime_put_off_subscribers": "5x60"}, "40m"),
            Case({"jobchime_due_subscribers": "5x20 0x40", "jobchime_put_off_subscribers": "0x60"}, "40m"),
        ),
    ),
    Alert(
        "JobchimeMailsNotHandedOver",
        "page",
        "max(jobchime_mails_untaken_seconds) > 900",
        "5m",
        "Mails are built, nothing holds them, and none has been handed over for a quarter of an hour.",
        Case({"jobchime_mails_untaken_seconds": "1000x15"}, "10m", ({},)),
        (Case({"jobchime_mails_untaken_seconds": "600x15"}, "10m"),),
    ),
    Alert(
        "JobchimeMailsNotArriving",
        "page",
        "max by (kind) (jobchime_mails_not_arriving) > 0",
        "15m",
        "More than a tenth of the newest mails does not arrive ({{ $labels.kind }}).",
        Case({'jobchime_mails_not_arriving{kind="soft_bounced"}': "9x30"}, "20m", ({"kind": "soft_bounced"},)),
        (Case({'jobchime_mails_not_arriving{kind="soft_bounced"}': "0x30"}, "20m"),),
    ),
    Alert(
        "JobchimeMailEventsSilent",
        "ticket",
        "max(jobchime_mails_unheard) > 0",
        "15m",
        "The mail provider has told nothing for two hours: bounces and complaints are not heard of.",
        Case({"jobchime_mails_unheard": "9x30"}, "20m", ({},)),
        (Case({"jobchime_mails_unheard": "0x30"}, "20m"),),
    ),
    Alert(
        "JobchimeCanaryLost",
        "page",
        "max(jobchime_canary_age_seconds) > 1500",
        "5m",
        "A posting of our own, sent each ten minutes, has not come into the store and to a digest for 25 minutes.",
        Case({"jobchime_canary_age_seconds": "1600x15"}, "10m", ({},)),
        (Case({"jobchime_canary_age_seconds": "590x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSignUpsFlood",
        "ticket",
        "max(jobchime_sign_ups_waiting) > 50000",
        "5m",
        "Half the room for sign-ups is taken; at 100,000 nobody new can sign up.",
        Case({"jobchime_sign_ups_waiting": "60000x15"}, "10m", ({},)),
        (Case({"jobchime_sign_ups_waiting": "900x15"}, "10m"),),
    ),
    Alert(
        "JobchimeWebhooksBehind",
        "ticket",
        "max(jobchime_webhook_oldest_overdue_seconds) > 900 and max(jobchime_sending_paused) == 0",
        "5m",
        "Events for webhooks have been due for a quarter of an hour, and are not posted.",
        Case({"jobchime_webhook_oldest_overdue_seconds": "1000x15", "jobchime_sending_paused": "0x15"}, "10m", ({},)),
        (Case({"jobchime_webhook_oldest_overdue_seconds": "1000x15", "jobchime_sending_paused": "1x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSourceSilent",
        "ticket",
        'max by (state) (jobchime_sources{state=~"silent|shrunk|unread|replaced|stale"}) > 0',
        "15m",
        "A source is {{ $labels.state }}: it gives nothing or nothing new, lacks much, or much of it cannot be read.",
        Case({'jobchime_sources{state="silent"}': "1x30"}, "20m", ({"state": "silent"},)),
        (
            Case({'jobchime_sources{state="ok"}': "4x30", 'jobchime_sources{state="silent"}': "0x30"}, "20m"),
            Case({'jobchime_sources{state="barren"}': "3x30", 'jobchime_sources{state="empty"}': "1x30"}, "20m"),
        ),
    ),
    Alert(
        "JobchimeSourcesFailing",
        "ticket",
        'sum(max by (state) (jobchime_sources{state=~"failing|hanging"}))'
        ' / sum(max by (state) (jobchime_sources{state!~"off|paused"})) > 0.1',
        "30m",
        "More than a tenth of the sources fail or let polls run out of time.",
        Case({'jobchime_sources{state="ok"}': "7x60", 'jobchime_sources{state="failing"}': "3x60"}, "40m", ({},)),
        (Case({'jobchime_sources{state="ok"}': "97x60", 'jobchime_sources{state="failing"}': "3x60"}, "40m"),),
    ),
    Alert(
        "JobchimeTwoReleases",
        "ticket",
        "count(count by (version) (jobchime_build_info)) > 1",
        "2h",
        "Workers of two releases have run beside each other for two hours: an upgrade was not ended.",
        Case(
            {'jobchime_build_info{version="1", instance="a"}': "1x200", 'jobchime_build_info{version="2"}': "1x200"},
            "130m",
            ({},),
        ),
        (Case({'jobchime_build_info{version="1", instance="a"}': "1x200"}, "130m"),),
    ),
    Alert(
        "JobchimeLeftUnread",
        "page",
        "max by (topic) (jobchime_left_unread_last_day) > 0",
        "0s",
        "Records left {{ $labels.topic }} before they were read: jobs, or matches, that nobody is told of.",
        Case({'jobchime_left_unread_last_day{topic="raw.v1"}': "0x5 40x10"}, "10m", ({"topic": "raw.v1"},)),
        (Case({'jobchime_left_unread_last_day{topic="raw.v1"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeReadersLeave",
        "page",
        "max by (kind) (jobchime_readers_leaving_last_day) > 0",
        "5m",
        "Far more readers than ever do want no mail any more ({{ $labels.kind }}).",
        Case({'jobchime_readers_leaving_last_day{kind="unsubscribed"}': "9x15"}, "10m", ({"kind": "unsubscribed"},)),
        (Case({'jobchime_readers_leaving_last_day{kind="unsubscribed"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeNothingComes",
        "page",
        'sum(max by (state) (jobchime_sources{state=~"barren|stale"}))'
        ' == sum(max by (state) (jobchime_sources{state!~"off|paused|waiting"})) > 0',
        "15m",
        "No source that is polled lists anything, or anything new: no posting comes.",
        Case({'jobchime_sources{state="barren"}': "2x30", 'jobchime_sources{state="ok"}': "0x30"}, "20m", ({},)),
        (
            Case({'jobchime_sources{state="barren"}': "2x30", 'jobchime_sources{state="ok"}': "1x30"}, "20m"),
            Case({'jobchime_sources{state="barren"}': "0x30", 'jobchime_sources{state="ok"}': "0x30"}, "20m"),
        ),
    ),
    Alert(
        "JobchimeNoSource",
        "ticket",
        'sum(max by (state) (jobchime_sources{state!="off"})) == 0',
        "15m",
        "The settings name no source that is on, and nobody may push: no posting comes.",
        Case({'jobchime_sources{state="off"}': "2x30", 'jobchime_sources{state="ok"}': "0x30"}, "20m", ({},)),
        (Case({'jobchime_sources{state="off"}': "2x30", 'jobchime_sources{state="paused"}': "1x30"}, "20m"),),
    ),
    Alert(
        "JobchimePollsLate",
        "ticket",
        "max(jobchime_polls_overdue_seconds) > 900",
        "5m",
        "Sources have been due for a quarter of an hour, and are not asked.",
        Case({"jobchime_polls_overdue_seconds": "1000x15"}, "10m", ({},)),
        (Case({"jobchime_polls_overdue_seconds": "600x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSourcesNotTakenUp",
        "ticket",
        "max(jobchime_sources_not_taken_up) > 0",
        "30m",
        "What polls has for half an hour not known sources as the settings have them.",
        Case({"jobchime_sources_not_taken_up": "0x5 2x40"}, "40m", ({},)),
        (Case({"jobchime_sources_not_taken_up": "2x20 0x30"}, "40m"),),
    ),
    Alert(
        "JobchimeIndexShort",
        "ticket",
        "max(jobchime_index_lacks_postings) > 0",
        "15m",
        "The index lacks postings of the last week that the store has: new searches find fewer.",
        Case({"jobchime_index_lacks_postings": "0x5 40x30"}, "30m", ({},)),
        (
            Case({"jobchime_index_lacks_postings": "40x10 0x20"}, "30m"),
            Case({}, "30m"),
        ),
    ),
    Alert(
        "JobchimeLinksLost",
        "page",
        "time() - max(jobchime_links_lost_timestamp_seconds) < 86400",
        "0s",
        "Links in mails sent before, those to unsubscribe among them, lead nowhere: the secret is another one.",
        Case({"jobchime_links_lost_timestamp_seconds": "_x5 0x10"}, "10m", ({},)),
        (Case({"jobchime_links_lost_timestamp_seconds": "-90000x15"}, "10m"), Case({}, "10m")),
    ),
    Alert(
        "JobchimeClockAhead",
        "page",
        "max(jobchime_clock_ahead_seconds) > 30 or max(jobchime_searches_due_too_late) > 0",
        "5m",
        "A clock runs ahead, or did: mails go out at wrong hours, and whether workers live cannot be told.",
        Case({'jobchime_clock_ahead_seconds{service="matcher"}': "600x15"}, "10m", ({},)),
        (
            Case(
                {'jobchime_clock_ahead_seconds{service="matcher"}': "3x15", "jobchime_searches_due_too_late": "0x15"},
                "10m",
            ),
        ),
    ),
)
ALERTS: tuple[Alert, ...] = (*_THRESHOLDS, *(alert for objective in OBJECTIVES for alert in objective.alerts()))


def rules() -> str:
    """The rules as Prometheus reads them."""
    recorded = [rule for objective in OBJECTIVES for rule in objective.recorded()]
    groups = [
        {"name": "jobchime-ratios", "rules": recorded},
        {"name": "jobchime", "rules": [alert.rule() for alert in ALERTS]},
    ]
    head = "# Made by `make docs` of deploy/prometheus/alerts.py and objectives.py: change those.\n"
    return head + yaml.safe_dump({"groups": groups}, sort_keys=False, allow_unicode=True, width=120)


if __name__ == "__main__":
    RULES.write_text(rules(), encoding="utf-8")
