"""Digests, mails, and those who read or ask for them."""

from deploy.prometheus.alert import Alert, Case

ALERTS: tuple[Alert, ...] = (
    Alert(
        "JobchimeMailsUnknown",
        "ticket",
        'max(jobchime_deliveries{state="unknown"}) > 0',
        "0s",
        "It is unknown whether some mails went out. They may be lost, and jobchime does not send them again by itself.",
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
        "Mails of the last day were given up and will not go out ({{ $labels.fault }}).",
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
        "No mail goes out: the mail server is away, or refuses the key, login or sender ({{ $labels.fault }}).",
        Case({'jobchime_mails_failing{fault="settings"}': "40x15"}, "10m", ({"fault": "settings"},)),
        (Case({'jobchime_mails_failing{fault="busy"}': "40x15"}, "10m"),),
    ),
    Alert(
        "JobchimeMailsPutOff",
        "page",
        'max(jobchime_mails_failing{fault="busy"}) > 0'
        ' unless on () sum(increase(jobchime_mail_attempts_total{outcome="accepted", mailer!="folder"}[15m])) > 0',
        "15m",
        "The mail server asks to try all mails later, and has accepted none for 15 minutes.",
        Case({'jobchime_mails_failing{fault="busy"}': "40x40"}, "20m", ({},)),
        (
            Case(
                {
                    'jobchime_mails_failing{fault="busy"}': "40x40",
                    'jobchime_mail_attempts_total{mailer="smtp", outcome="accepted", fault=""}': "0+1x40",
                },
                "20m",
            ),
            Case({'jobchime_mails_failing{fault="busy"}': "40x10 0x30"}, "20m"),
        ),
    ),
    Alert(
        "JobchimeNobodyMailed",
        "page",
        "max by (why) (jobchime_nobody_mailed) > 0",
        "5m",
        "Nobody is mailed any more, though people were before ({{ $labels.why }}).",
        Case({'jobchime_nobody_mailed{why="folder"}': "1x15"}, "10m", ({"why": "folder"},)),
        (Case({'jobchime_nobody_mailed{why="folder"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSendingStopped",
        "page",
        "max(jobchime_sending_stopped) == 1",
        "0s",
        "Sending stopped by itself because of complaints, bounces or a restored store. A person must look.",
        Case({"jobchime_sending_stopped": "0x5 1x10", "jobchime_sending_paused": "0x5 1x10"}, "10m", ({},)),
        (Case({"jobchime_sending_stopped": "0x15", "jobchime_sending_paused": "1x15"}, "10m"),),
    ),
    Alert(
        "JobchimeSendingPaused",
        "ticket",
        "max(jobchime_sending_paused) == 1 and max(jobchime_sending_stopped) == 0"
        ' unless max(jobchime_pause_planned{service="sending"}) == 1',
        "2h",
        "Sending is still paused, two hours after the pause began or should have ended. Mails wait.",
        Case({"jobchime_sending_paused": "1x200", "jobchime_sending_stopped": "0x200"}, "130m", ({},)),
        (
            Case({"jobchime_sending_paused": "1x60 0x140", "jobchime_sending_stopped": "0x200"}, "130m"),
            Case(
                {
                    "jobchime_sending_paused": "1x200",
                    "jobchime_sending_stopped": "0x200",
                    'jobchime_pause_planned{service="sending"}': "1x200",
                },
                "130m",
            ),
        ),
    ),
    Alert(
        "JobchimeDigestsLate",
        "page",
        "max(jobchime_due_subscribers) - max(jobchime_put_off_subscribers) > 0",
        "30m",
        "Digests have been due for half an hour or longer and are not built.",
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
        "Mails have been ready for at least 15 minutes and are not handed over, though nothing holds them.",
        Case({"jobchime_mails_untaken_seconds": "1000x15"}, "10m", ({},)),
        (Case({"jobchime_mails_untaken_seconds": "600x15"}, "10m"),),
    ),
    Alert(
        "JobchimeMailsNotArriving",
        "page",
        "max by (kind) (jobchime_mails_not_arriving) > 0",
        "15m",
        "More than a tenth of the newest mails do not arrive ({{ $labels.kind }}).",
        Case({'jobchime_mails_not_arriving{kind="soft_bounced"}': "9x30"}, "20m", ({"kind": "soft_bounced"},)),
        (Case({'jobchime_mails_not_arriving{kind="soft_bounced"}': "0x30"}, "20m"),),
    ),
    Alert(
        "JobchimeMailEventsSilent",
        "ticket",
        "max(jobchime_mails_unheard) > 0",
        "15m",
        "The mail provider has reported nothing since mails went out: bounces and complaints go unheard.",
        Case({"jobchime_mails_unheard": "9x30"}, "20m", ({},)),
        (Case({"jobchime_mails_unheard": "0x30"}, "20m"),),
    ),
    Alert(
        "JobchimeSignUpsFlood",
        "ticket",
        "max(jobchime_sign_ups_waiting) > 50000",
        "5m",
        "More than 50,000 sign-ups wait to be confirmed. At 100,000 nobody new can sign up.",
        Case({"jobchime_sign_ups_waiting": "60000x15"}, "10m", ({},)),
        (Case({"jobchime_sign_ups_waiting": "900x15"}, "10m"),),
    ),
    Alert(
        "JobchimeWebhooksBehind",
        "ticket",
        "max(jobchime_webhook_oldest_overdue_seconds) > 900 and max(jobchime_sending_paused) == 0",
        "5m",
        "Events for webhooks have been due for at least 15 minutes and are not posted.",
        Case({"jobchime_webhook_oldest_overdue_seconds": "1000x15", "jobchime_sending_paused": "0x15"}, "10m", ({},)),
        (Case({"jobchime_webhook_oldest_overdue_seconds": "1000x15", "jobchime_sending_paused": "1x15"}, "10m"),),
    ),
    Alert(
        "JobchimeReadersLeave",
        "page",
        "max by (kind) (jobchime_readers_leaving_last_day) > 0",
        "5m",
        "Far more readers than usual no longer want or get mails ({{ $labels.kind }}).",
        Case({'jobchime_readers_leaving_last_day{kind="unsubscribed"}': "9x15"}, "10m", ({"kind": "unsubscribed"},)),
        (Case({'jobchime_readers_leaving_last_day{kind="unsubscribed"}': "0x15"}, "10m"),),
    ),
    Alert(
        "JobchimeCertificateFails",
        "page",
        "max(jobchime_public_certificate_fails) > 0",
        "15m",
        "The certificate of mail.public_url is refused, or expires within days. Then links in mails do not work.",
        Case({"jobchime_public_certificate_fails": "0x5 1x30"}, "30m", ({},)),
        (Case({"jobchime_public_certificate_fails": "0x30"}, "20m"), Case({}, "20m")),
    ),
    Alert(
        "JobchimeLinksFail",
        "page",
        "max by (why) (jobchime_public_links_fail) > 0",
        "15m",
        "Links in mails, or the unsubscribe button of mail programs, do not reach the portal ({{ $labels.why }}).",
        Case({'jobchime_public_links_fail{why="no answer"}': "0x5 1x30"}, "30m", ({"why": "no answer"},)),
        (Case({'jobchime_public_links_fail{why="no portal"}': "0x5 1x10 0x20"}, "30m"), Case({}, "30m")),
    ),
    Alert(
        "JobchimeLinksLost",
        "page",
        "time() - max(jobchime_links_lost_timestamp_seconds) < 86400",
        "0s",
        "Links in earlier mails, also those to unsubscribe, no longer work because the secret has changed.",
        Case({"jobchime_links_lost_timestamp_seconds": "_x5 0x10"}, "10m", ({},)),
        (Case({"jobchime_links_lost_timestamp_seconds": "-90000x15"}, "10m"), Case({}, "10m")),
    ),
)
