"""Services and their workers, engines, and what stands between them: records that wait, die or are left unread."""

from deploy.prometheus.alert import Alert, Case

_AWAY = "UnavailableError|LateError|SlowError|MissingIndexError"
"""Errors of a batch that waits for an engine (`services/runtime/errors.py` and the classes made of them)."""

_DEAD = 'jobchime_dead_letters_total{service="matcher", topic="raw.v1", error_type="PoisonError"}'


def _retries(error: str) -> str:
    return f'jobchime_retries_total{{service="matcher", topic="raw.v1", error_type="{error}"}}'


def _service(name: str) -> tuple[dict[str, str]]:
    return ({"service": name},)


ALERTS: tuple[Alert, ...] = (
    Alert(
        "JobchimeServiceDown",
        "page",
        'max by (service) (jobchime_workers{service!="console", state="alive"}) < 1',
        "1m",
        "No worker of {{ $labels.service }} is running, so nothing does its work.",
        Case({'jobchime_workers{service="matcher", state="alive"}': "1x5 0x10"}, "10m", _service("matcher")),
        (
            Case({'jobchime_workers{service="matcher", state="alive"}': "2x5 1x10"}, "10m"),
            Case({'jobchime_workers{service="matcher", state="alive"}': "1x5 0 1x10"}, "10m"),
            Case({'jobchime_workers{service="console", state="alive"}': "1x5 0x10"}, "10m"),
        ),
    ),
    Alert(
        "JobchimeWorkerLost",
        "ticket",
        'max by (service) (jobchime_workers{state="lost"}) > 0',
        "1m",
        "A worker of {{ $labels.service }} died. The others go on.",
        Case({'jobchime_workers{service="matcher", state="lost"}': "0x5 1x10"}, "10m", _service("matcher")),
        (Case({'jobchime_workers{service="matcher", state="lost"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeRestarting",
        "page",
        "max by (service) (jobchime_worker_restarts_last_hour) >= 3",
        "0s",
        "A worker of {{ $labels.service }} keeps restarting: it dies soon after each start.",
        Case({'jobchime_worker_restarts_last_hour{service="matcher"}': "0x5 2 3x10"}, "10m", _service("matcher")),
        (Case({'jobchime_worker_restarts_last_hour{service="matcher"}': "0x5 1 2x10"}, "10m"),),
    ),
    Alert(
        "JobchimeSilent",
        "page",
        "absent(jobchime_store_up) or max(jobchime_store_up) < 1",
        "2m",
        "No jobchime process is running, or none of them reaches the store.",
        Case({'jobchime_store_up{instance="a"}': "1x5 0x10", 'jobchime_store_up{instance="b"}': "0x15"}, "12m", ({},)),
        (Case({'jobchime_store_up{instance="a"}': "1x15", 'jobchime_store_up{instance="b"}': "0x15"}, "12m"),),
    ),
    Alert(
        "JobchimeNotReady",
        "page",
        "max by (service) (jobchime_ready unless jobchime_paused == 1) == 0",
        "5m",
        "No worker of {{ $labels.service }} is ready to do its work, and nobody paused it.",
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
        "Some workers of {{ $labels.service }} are not ready to do their work; others are.",
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
        "{{ $labels.service }} cannot go on with {{ $labels.topic }}: it waits for an engine that is away.",
        Case({_retries("UnavailableError"): "0+3x20"}, "15m", ({"service": "matcher", "topic": "raw.v1"},)),
        (Case({_retries("UnavailableError"): "2x20"}, "15m"), Case({_retries("ValueError"): "0+3x20"}, "15m")),
    ),
    Alert(
        "JobchimeTicksFailing",
        "page",
        "sum by (service) (increase(jobchime_tick_failures_total[10m])) > 5",
        "10m",
        "The ticks of {{ $labels.service }} fail every time: digests, mails, polls or criteria wait.",
        Case({'jobchime_tick_failures_total{service="notifier"}': "0+2x40"}, "30m", _service("notifier")),
        (Case({'jobchime_tick_failures_total{service="notifier"}': "0x10 1x30"}, "30m"),),
    ),
    Alert(
        "JobchimeStuck",
        "ticket",
        "max by (instance, loop) (jobchime_loop_idle_seconds) > 300",
        "1m",
        "The loop {{ $labels.loop }} of {{ $labels.instance }} has been stuck for five minutes.",
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
        "{{ $labels.service }} falls behind: records come faster than it handles them.",
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
        "Changes of searches are not published, so new searches find nothing.",
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
        "{{ $labels.service }} could not process records of {{ $labels.topic }}.",
        Case({_DEAD: "_x5 1x30"}, "20m", ({"service": "matcher", "topic": "raw.v1"},)),
        (Case({_DEAD: "_x5 1x120"}, "90m"),),
    ),
    Alert(
        "JobchimeServicePaused",
        "ticket",
        "max by (service) (jobchime_paused) == 1 unless max by (service) (jobchime_pause_planned) == 1",
        "2h",
        "{{ $labels.service }} is still paused, two hours after the pause began or should have ended. Its work waits.",
        Case({'jobchime_paused{service="matcher"}': "1x200"}, "130m", _service("matcher")),
        (
            Case({'jobchime_paused{service="matcher"}': "1x60 0x140"}, "130m"),
            Case(
                {
                    'jobchime_paused{service="matcher"}': "1x200",
                    'jobchime_pause_planned{service="matcher"}': "1x60 0x140",
                },
                "130m",
            ),
        ),
    ),
    Alert(
        "JobchimeCanaryLost",
        "page",
        "max(jobchime_canary_age_seconds) > 1500",
        "5m",
        "For 25 minutes no canary has come into the store and to a digest. One is sent every ten minutes.",
        Case({"jobchime_canary_age_seconds": "1600x15"}, "10m", ({},)),
        (Case({"jobchime_canary_age_seconds": "590x15"}, "10m"),),
    ),
    Alert(
        "JobchimeTwoReleases",
        "ticket",
        "count(count by (version) (jobchime_build_info)) > 1",
        "2h",
        "Workers of two releases have been running for two hours: an upgrade was not finished.",
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
        "Kafka deleted records of {{ $labels.topic }} before they were read: these jobs or matches are lost.",
        Case({'jobchime_left_unread_last_day{topic="raw.v1"}': "0x5 40x10"}, "10m", ({"topic": "raw.v1"},)),
        (Case({'jobchime_left_unread_last_day{topic="raw.v1"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeTopicsForget",
        "page",
        "max(jobchime_topics_that_forget) > 0",
        "5m",
        "Kafka deletes records too early or refuses large ones: jobs, matches or searches are lost.",
        Case({"jobchime_topics_that_forget": "0x5 3x15"}, "15m", ({},)),
        (Case({"jobchime_topics_that_forget": "0x20"}, "15m"),),
    ),
    Alert(
        "JobchimeIndexShort",
        "ticket",
        # What a matcher has yet to read may be criteria, as while a large import goes on; of postings it has read all
        # that the store has.
        'max by (index) (jobchime_index_lacks{index="postings"}) > 0'
        ' or max by (index) (jobchime_index_lacks{index="criteria"}) > scalar('
        '(sum(jobchime_consumergroup_lag{service="matcher", topic="criteria.v1"}) or vector(0))'
        " + (max(jobchime_outbox_rows) or vector(0)))",
        "15m",
        "The index of {{ $labels.index }} lacks entries that the store has: searches find fewer jobs, or none.",
        Case({'jobchime_index_lacks{index="criteria"}': "0x5 40x30"}, "30m", ({"index": "criteria"},)),
        (
            Case({'jobchime_index_lacks{index="postings"}': "40x10 0x20"}, "30m"),
            Case(
                {
                    'jobchime_index_lacks{index="criteria"}': "9000x30",
                    'jobchime_consumergroup_lag{service="matcher", topic="criteria.v1", partition="0"}': "5000-100x30",
                    'jobchime_consumergroup_lag{service="matcher", topic="criteria.v1", partition="1"}': "8000-100x30",
                    "jobchime_outbox_rows": "3000x30",
                },
                "30m",
            ),
            Case({}, "30m"),
        ),
    ),
    Alert(
        "JobchimeClockAhead",
        "page",
        "max(jobchime_clock_ahead_seconds) > 30 or max(jobchime_searches_due_too_late) > 0",
        "5m",
        "A clock runs ahead, or did: mails go out at wrong hours, and dead workers may go unnoticed.",
        Case({'jobchime_clock_ahead_seconds{service="matcher"}': "600x15"}, "10m", ({},)),
        (
            Case(
                {'jobchime_clock_ahead_seconds{service="matcher"}': "3x15", "jobchime_searches_due_too_late": "0x15"},
                "10m",
            ),
        ),
    ),
)
