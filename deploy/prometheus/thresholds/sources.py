"""Sources and their polls."""

from deploy.prometheus.alert import Alert, Case

ALERTS: tuple[Alert, ...] = (
    Alert(
        "JobchimeSourceSilent",
        "ticket",
        'max by (state) (jobchime_sources{state=~"silent|shrunk|unread|replaced|ended|stale"}) > 0',
        "15m",
        "A source is {{ $labels.state }}: it lists nothing, nothing new or far less, or much of it cannot be read.",
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
        "More than a tenth of the sources fail or time out.",
        Case({'jobchime_sources{state="ok"}': "7x60", 'jobchime_sources{state="failing"}': "3x60"}, "40m", ({},)),
        (Case({'jobchime_sources{state="ok"}': "97x60", 'jobchime_sources{state="failing"}': "3x60"}, "40m"),),
    ),
    Alert(
        "JobchimeNothingComes",
        "page",
        "max(jobchime_nothing_comes) == 1",
        "15m",
        "None of the polled sources lists anything new, so no postings come.",
        Case({"jobchime_nothing_comes": "1x30"}, "20m", ({},)),
        (Case({"jobchime_nothing_comes": "0x30"}, "20m"),),
    ),
    Alert(
        "JobchimeNoSource",
        "ticket",
        'sum(max by (state) (jobchime_sources{state!="off"})) == 0',
        "15m",
        "No source is on in the settings and nobody may push, so no postings come.",
        Case({'jobchime_sources{state="off"}': "2x30", 'jobchime_sources{state="ok"}': "0x30"}, "20m", ({},)),
        (Case({'jobchime_sources{state="off"}': "2x30", 'jobchime_sources{state="paused"}': "1x30"}, "20m"),),
    ),
    Alert(
        "JobchimeSourcesPaused",
        "ticket",
        'max(jobchime_sources{state="paused"}) > 0'
        ' and sum(max by (state) (jobchime_sources{state!~"off|paused"})) == 0'
        ' unless max(jobchime_pause_planned{service="sources"}) == 1',
        "2h",
        "All sources are still paused, two hours after the pause began or should have ended. No postings come.",
        Case({'jobchime_sources{state="paused"}': "2x200", 'jobchime_sources{state="ok"}': "0x200"}, "130m", ({},)),
        (
            Case({'jobchime_sources{state="paused"}': "2x200", 'jobchime_sources{state="ok"}': "1x200"}, "130m"),
            Case(
                {
                    'jobchime_sources{state="paused"}': "2x200",
                    'jobchime_sources{state="ok"}': "0x200",
                    'jobchime_pause_planned{service="sources"}': "1x200",
                },
                "130m",
            ),
        ),
    ),
    Alert(
        "JobchimePollsLate",
        "ticket",
        "max(jobchime_polls_overdue_seconds) > 900",
        "5m",
        "Sources have been due for at least 15 minutes and are not polled.",
        Case({"jobchime_polls_overdue_seconds": "1000x15"}, "10m", ({},)),
        (Case({"jobchime_polls_overdue_seconds": "600x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSourcesNotTakenUp",
        "ticket",
        "max(jobchime_sources_not_taken_up) > 0",
        "30m",
        "Sources changed in the settings half an hour ago, and the process that polls still uses the old ones.",
        Case({"jobchime_sources_not_taken_up": "0x5 2x40"}, "40m", ({},)),
        (Case({"jobchime_sources_not_taken_up": "2x20 0x30"}, "40m"),),
    ),
)
