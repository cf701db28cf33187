"""The dashboards. `make docs` writes a file of each into `made/`.

What the store says is the same from each worker, so that the most over them is shown, not the sum.
"""

import json
from pathlib import Path

from deploy.grafana.dashboard import Dashboard, Panel, Unit
from deploy.prometheus.objectives import OBJECTIVES

MADE = Path(__file__).parent / "made"


def _quantiles(metric: str, *, by: str = "") -> tuple[tuple[str, str], ...]:
    grouped, legend = (f"le, {by}", f"{{{{{by}}}}} ") if by else ("le", "")
    return tuple(
        (
            f"histogram_quantile({share}, sum by ({grouped}) (rate({metric}_bucket[$__rate_interval])))",
            f"{legend}p{round(share * 100)}",
        )
        for share in (0.5, 0.95, 0.99)
    )


def _delay_panel(title: str, metric: str, says: str = "") -> Panel:
    return Panel(title, "s", _quantiles(metric), says, log=True)


def _gauge_panel(title: str, metric: str, label: str = "", unit: Unit = "short", says: str = "") -> Panel:
    """A gauge of the store."""
    query = f"max by ({label}) ({metric})" if label else f"max({metric})"
    return Panel(title, unit, ((query, f"{{{{{label}}}}}" if label else title.casefold()),), says)


def _rate(title: str, metric: str, *labels: str, says: str = "") -> Panel:
    query = f"sum by ({', '.join(labels)}) (rate({metric}[$__rate_interval]))"
    return Panel(title, "reqps", ((query, " ".join(f"{{{{{label}}}}}" for label in labels)),), says)


def _bad(name: str) -> Panel:
    [objective] = [objective for objective in OBJECTIVES if objective.name == name]
    allowed = round(1 - objective.percent / 100, 6)
    queries = tuple((f"jobchime:{name}:ratio_rate{window}", window) for window in ("5m", "1h", "1d"))
    says = f"{objective.says}. Over 30 days {allowed:.1%} may be so."
    return Panel(f"{objective.percent:g} % are to be good: share of bad ones", "percentunit", queries, says)


_READY = Panel(
    "Workers that do their work",
    "short",
    (
        ("sum by (service) (jobchime_ready)", "{{service}}"),
        ("max by (service) (jobchime_paused)", "{{service}} paused"),
    ),
)
_RETRIES = _rate(
    "Tries again", "jobchime_retries_total", "service", "error_type", says="UnavailableError: an engine is away."
)

DASHBOARDS: tuple[Dashboard, ...] = (
    Dashboard(
        "stream",
        "jobchime: the stream",
        (
            _READY,
            _rate("Records", "jobchime_records_total", "service", "topic"),
            Panel("Lag", "short", (("sum by (service, topic) (jobchime_consumergroup_lag)", "{{service}} {{topic}}"),)),
            _bad("stored_late"),
            _delay_panel("From fetch to stored", "jobchime_fetched_to_stored_seconds"),
            _delay_panel(
                "From published to matched", "jobchime_published_to_matched_seconds", "The source's delay included."
            ),
            _delay_panel("From fetch to normalised", "jobchime_fetched_to_normalised_seconds"),
            _delay_panel(
                "From normalised to matched", "jobchime_normalised_to_matched_seconds", "Grows with the matcher's lag."
            ),
            _delay_panel(
                "From matched to stored", "jobchime_matched_to_stored_seconds", "Grows with the notifier's lag."
            ),
            _rate("Dead letters", "jobchime_dead_letters_total", "topic", "error_type"),
            _gauge_panel("Records in the store", "jobchime_stored_match_records"),
            _gauge_panel("Changes of searches to publish", "jobchime_outbox_rows"),
            _gauge_panel(
                "Since the last canary was delivered, to nowhere",
                "jobchime_canary_age_seconds",
                unit="s",
                says="One is sent each ten minutes where notifier.canary is set; the alert comes at 25.",
            ),
        ),
    ),
    Dashboard(
        "sources",
        "jobchime: sources",
        (
            _gauge_panel("Sources by health", "jobchime_sources", "state"),
            _delay_panel(
                "From published to fetched", "jobchime_published_to_fetched_seconds", "The source's delay and polling."
            ),
            _delay_panel("From fetch to matched", "jobchime_fetched_to_matched_seconds"),
            _rate("Pushed postings", "jobchime_pushed_postings_total", "outcome"),
            _rate("Push requests", "jobchime_push_requests_total", "status"),
            _bad("pushes_failed"),
            Panel(
                "Dead letters of feeds",
                "reqps",
                (
                    (
                        'sum by (error_type) (rate(jobchime_dead_letters_total{topic="raw.v1"}[$__rate_interval]))',
                        "{{error_type}}",
                    ),
                ),
            ),
            Panel(
                "Postings normalised",
                "reqps",
                (('sum(rate(jobchime_records_total{topic="raw.v1"}[$__rate_interval]))', "postings"),),
            ),
        ),
    ),
    Dashboard(
        "mail",
        "jobchime: mail",
        (
            Panel(
                "People whose digest is due",
                "short",
                (("max(jobchime_due_subscribers)", "due"), ("max(jobchime_put_off_subscribers)", "put off by warm-up")),
            ),
            _gauge_panel("People by how choosy their mails are", "jobchime_subscribers", "selectivity"),
            _gauge_panel("Digests of the last day", "jobchime_digests_last_day", "outcome"),
            _gauge_panel("Deliveries", "jobchime_deliveries", "state"),
            _rate("Attempts", "jobchime_mail_attempts_total", "mailer", "outcome", "fault"),
            _bad("mails_not_taken"),
            _gauge_panel("Mails that wait after a failure", "jobchime_mails_failing", "fault"),
            _gauge_panel("Mails given up in a day", "jobchime_mails_given_up_last_day", "fault"),
            _gauge_panel("Mails that came back in a day", "jobchime_mails_came_back_last_day", "kind"),
            Panel(
                "Sending",
                "bool_yes_no",
                (("max(jobchime_sending_paused)", "paused"), ("max(jobchime_sending_stopped)", "stopped by itself")),
            ),
            _gauge_panel("Addresses not mailed", "jobchime_suppressed_addresses"),
            _gauge_panel("Seconds that the oldest mail waits to be handed over", "jobchime_mails_untaken_seconds"),
            _gauge_panel("Mails that do not arrive, where many do not", "jobchime_mails_not_arriving", "kind"),
            _gauge_panel("Mails of which nothing is heard", "jobchime_mails_unheard"),
            _gauge_panel("Sign-ups not confirmed", "jobchime_sign_ups_waiting"),
            _gauge_panel("Webhooks", "jobchime_webhooks", "state"),
            _rate("Webhook attempts", "jobchime_webhook_attempts_total", "outcome"),
            Panel(
                "Webhook events overdue",
                "short",
                (
                    ("max(jobchime_webhook_events_overdue)", "events"),
                    ("max(jobchime_webhook_oldest_overdue_seconds)", "seconds of the oldest"),
                ),
            ),
        ),
    ),
    Dashboard(
        "engines",
        "jobchime: engines and workers",
        (
            Panel("The store answers", "bool_yes_no", (("jobchime_store_up", "{{job}} {{instance}}"),)),
            _READY,
            _RETRIES,
            Panel(
                "Workers",
                "short",
                (("max by (service, state) (jobchime_workers)", "{{service}} {{state}}"),),
                "By heartbeats in the store.",
            ),
            _gauge_panel("Restarts of a worker in an hour", "jobchime_worker_restarts_last_hour", "service", "short"),
            _gauge_panel("Since the last heartbeat", "jobchime_heartbeat_age_seconds", "service", "s"),
            Panel(
                "Partitions assigned", "short", (("jobchime_partitions_assigned", "{{service}} {{job}} {{instance}}"),)
            ),
            Panel(
                "Handling a batch",
                "s",
                _quantiles("jobchime_handle_seconds", by="service"),
                "Engines included.",
                log=True,
            ),
            Panel("What is due, a tick", "s", _quantiles("jobchime_tick_seconds", by="service"), log=True),
            _rate("Ticks that failed", "jobchime_tick_failures_total", "service"),
            Panel("Since a loop turned", "s", (("jobchime_loop_idle_seconds", "{{job}} {{instance}} {{loop}}"),)),
            Panel(
                "Releases",
                "short",
                (("count by (version, python) (jobchime_build_info)", "{{version}}, Python {{python}}"),),
            ),
        ),
    ),
)


def made() -> dict[str, str]:
    """The files, by name."""
    return {f"{board.name}.json": json.dumps(board.model(), indent=1) + "\n" for board in DASHBOARDS}


if __name__ == "__main__":
    MADE.mkdir(exist_ok=True)
    for name, text in made().items():
        (MADE / name).write_text(text, encoding="utf-8")
