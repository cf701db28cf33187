"""The one list of all metrics, of which the registry and docs/metrics.md are made."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.sql.doors import MOST_SIGN_UPS

Kind = Literal["counter", "gauge", "histogram", "info"]
Origin = Literal["process", "store"]

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_FRESHNESS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0)
_DELAY = (60.0, 300.0, 900.0, 3600.0, 10800.0, 21600.0, 43200.0, 86400.0, 172800.0, 604800.0)
_WHOLE_WAY = (1.0, 5.0, 10.0, 30.0, *_DELAY)


@dataclass(frozen=True, slots=True)
class Objective:
    """How long something may take, and which share of it must not take longer."""

    within_s: float
    """One of the metric's buckets."""
    share: float


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric as Prometheus sees it; of counters the name without `_total`."""

    name: str
    kind: Kind
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
    """Upper bounds of a histogram, seconds."""
    origin: Origin = "process"
    """`store`: read from the store at each scrape, the same from every worker: take the max over them, not the sum."""
    hourly: str | None = None
    """Kept in the store by the hour as well: by this label of a counter, empty for all together; None: it is not."""
    objective: Objective | None = None

    @property
    def shown_name(self) -> str:
        """As it is scraped."""
        return self.name + {"counter": "_total", "info": "_info"}.get(self.kind, "")


def _of_store(name: str, help: str, *labels: str) -> Metric:
    """A gauge of what the store says."""
    return Metric(name, "gauge", help, labels, origin="store")


RECORDS = Metric(
    "jobchime_records",
    "counter",
    "Records that a service has finished with, including those that became dead letters.",
    ("service", "topic"),
    hourly="topic",
)
HANDLE = Metric(
    "jobchime_handle_seconds",
    "histogram",
    "How long it took to handle a batch and write the result, without waiting.",
    ("service", "topic"),
    _SECONDS,
)
RETRIES = Metric(
    "jobchime_retries",
    "counter",
    "Batches or records that failed and were tried again, also because an engine was away.",
    ("service", "topic", "error_type"),
)
DEAD = Metric(
    "jobchime_dead_letters",
    "counter",
    "Records that became dead letters, by their topic and error. A fault in a feed counts for the topic that its"
    " record would have gone to.",
    ("service", "topic", "error_type"),
    hourly="topic",
)
LAG = Metric(
    "jobchime_consumergroup_lag",
    "gauge",
    "Records of a partition of this worker that are not processed yet.",
    ("service", "topic", "partition"),
)
ASSIGNED = Metric("jobchime_partitions_assigned", "gauge", "Partitions that this worker has.", ("service",))
TICK = Metric("jobchime_tick_seconds", "histogram", "How long a tick took.", ("service",), _SECONDS)
TICK_FAILURES = Metric("jobchime_tick_failures", "counter", "Ticks that failed and were tried again.", ("service",))
READY = Metric(
    "jobchime_ready",
    "gauge",
    "1 while the service is loaded, has its partitions, does not wait for an engine, and is neither halted nor paused.",
    ("service",),
)
PAUSED = Metric("jobchime_paused", "gauge", "1 while an operator has paused the service.", ("service",))
LOOP = Metric(
    "jobchime_loop_idle_seconds",
    "gauge",
    "Seconds since a loop last turned. `main` is the worker's, which /livez looks at; others belong to services whose"
    " ticks run in a thread of their own.",
    ("loop",),
)
NOT_TAKEN_UP = Metric(
    "jobchime_sources_not_taken_up",
    "gauge",
    "Sources that the settings have changed since the polling process read them at its start.",
)
INDEX_LACKS = Metric(
    "jobchime_index_lacks",
    "gauge",
    "What the store has and an index of Elasticsearch lacks: open postings of the last week, or criteria that"
    " searches use. Matchers report it.",
    ("index",),
)
CERTIFICATE_FAILS = Metric(
    "jobchime_public_certificate_fails",
    "gauge",
    "1 while the certificate of mail.public_url is refused, or will be within days. Processes that send mails report"
    " it, once they have checked.",
)
LINKS_FAIL = Metric(
    "jobchime_public_links_fail",
    "gauge",
    "1 while mail.public_url leads to something that is not the portal (`no portal`), readers cannot unsubscribe by"
    " their mail program's button (`no button`), or it answered in the last week and does not now (`no answer`)."
    " Processes that send mails report it, once they have checked.",
    ("why",),
)
TOPICS_FORGET = Metric(
    "jobchime_topics_that_forget",
    "gauge",
    "Topics whose records Kafka deletes within a day, or at all if it should keep them for good, or that refuse"
    " records of 1 MB. Notifiers report it, once they have checked.",
)
SOURCE_DELAY = Metric(
    "jobchime_published_to_fetched_seconds",
    "histogram",
    "Time from the date that a source gives a posting to its fetch: the source's delay and the polling interval.",
    (),
    _DELAY,
    hourly="",
)
FETCHED_TO_NORMALISED = Metric(
    "jobchime_fetched_to_normalised_seconds",
    "histogram",
    "Time from the fetch or push of a posting until it is normalised.",
    (),
    _FRESHNESS,
)
FETCHED_TO_MATCHED = Metric(
    "jobchime_fetched_to_matched_seconds",
    "histogram",
    "Time from the fetch or push of a posting until it is matched with all criteria.",
    (),
    _FRESHNESS,
    hourly="",
    objective=Objective(10.0, 0.99),
)
FETCHED_TO_STORED = Metric(
    "jobchime_fetched_to_stored_seconds",
    "histogram",
    "Time from the fetch or push of a posting until its matches are in the store.",
    (),
    _FRESHNESS,
    hourly="",
    objective=Objective(60.0, 0.99),
)
PUBLISHED_TO_MATCHED = Metric(
    "jobchime_published_to_matched_seconds",
    "histogram",
    "Time from the date that a source gives a posting to its match record in matches.v1. Without a date, the time"
    " from its fetch or push.",
    (),
    _WHOLE_WAY,
    hourly="",
)
NORMALISED_TO_MATCHED = Metric(
    "jobchime_normalised_to_matched_seconds",
    "histogram",
    "Time from a posting's record in postings.v1 to its match record in matches.v1.",
    (),
    _FRESHNESS,
)
MATCHED_TO_STORED = Metric(
    "jobchime_matched_to_stored_seconds",
    "histogram",
    "Time from a match record in matches.v1 until it is in the store.",
    (),
    _FRESHNESS,
)
PUSHED = Metric(
    "jobchime_pushed_postings",
    "counter",
    "Postings pushed over HTTP, by what became of each.",
    ("outcome",),
)
PUSH_REQUESTS = Metric("jobchime_push_requests", "counter", "Answers of the push endpoint, by status.", ("status",))
MAIL_ATTEMPTS = Metric(
    "jobchime_mail_attempts",
    "counter",
    "Mails handed to the mailer. `outcome` is its answer: accepted, deferred (tried again), refused (not tried"
    " again), withheld by mail.allow, or lost (nobody knows). `fault` is what was wrong, empty if it was accepted.",
    ("mailer", "outcome", "fault"),
    hourly="outcome",
)
MATCHES = Metric(
    "jobchime_matches",
    "counter",
    "Matches that came into the store. Repeated work counts again.",
    hourly="",
)
DUE_TO_ACCEPTED = Metric(
    "jobchime_due_to_accepted_seconds",
    "histogram",
    "Time from when a digest was due until the mailer accepted its mail, including pauses of the sending and waits"
    " for the warm-up plan.",
    (),
    _FRESHNESS,
    hourly="",
    objective=Objective(900.0, 0.99),
)
WEBHOOK_ATTEMPTS = Metric(
    "jobchime_webhook_attempts",
    "counter",
    "Attempts to post an event to a webhook: delivered, or failed (most are posted again).",
    ("outcome",),
)
BUILD = Metric("jobchime_build", "info", "The versions of jobchime, Python and the store's layout.")

STORE_UP = _of_store("jobchime_store_up", "1 while the store answers in time.")
DELIVERIES = _of_store(
    "jobchime_deliveries", "Deliveries in the store, by state, except mails that wait for their hour.", "state"
)
MAILS_AHEAD = _of_store("jobchime_mails_built_ahead", "Mails that are built and only wait for their hour.")
MAILS_FAILING = _of_store(
    "jobchime_mails_failing",
    "Mails that wait after a failed attempt, by what was wrong. 0 once they hold up no other mails. `jobchime status`"
    " has the mail server's words.",
    "fault",
)
MAILS_GIVEN_UP = _of_store(
    "jobchime_mails_given_up_last_day",
    "Mails that were refused, withheld or given up in the last 24 hours, by what was wrong.",
    "fault",
)
SUPPRESSED = _of_store("jobchime_suppressed_addresses", "Addresses that must not be mailed.")
DIGESTS = _of_store(
    "jobchime_digests_last_day",
    "Digests of the last 24 hours: sent, or held because nothing was worth a mail.",
    "outcome",
)
SUBSCRIBERS = _of_store(
    "jobchime_subscribers",
    "Subscribers who are mailed, by their selectivity. A selectivity that nobody chose is absent.",
    "selectivity",
)
DUE = _of_store("jobchime_due_subscribers", "Subscribers whose digest is due and not built yet.")
PUT_OFF = _of_store(
    "jobchime_put_off_subscribers",
    "Subscribers who wait for another day because the warm-up plan allows no more mails today. Most of them are also"
    " due.",
)
OUTBOX = _of_store("jobchime_outbox_rows", "Changes of criteria that wait to be published.")
SOURCES = _of_store("jobchime_sources", "Sources in the settings, by health.", "state")
NOTHING_COMES = _of_store(
    "jobchime_nothing_comes", "1 while no source that is asked lists anything, or anything new: no posting comes."
)
SENDING_PAUSED = _of_store(
    "jobchime_sending_paused", "1 while the sending of mails is paused, by an operator or by jobchime itself."
)
PAUSE_PLANNED = _of_store(
    "jobchime_pause_planned",
    "1 while an operator's pause with an end is in force: of a service, of `sending`, or of some `sources`.",
    "service",
)
SENDING_STOPPED = _of_store(
    "jobchime_sending_stopped",
    "1 while sending, or letters to new addresses, are stopped because of complaints, bounces or a restored store.",
)
SIGN_UPS = _of_store(
    "jobchime_sign_ups_waiting", f"Sign-ups that nobody has confirmed yet; at {MOST_SIGN_UPS:,} no more are taken."
)
MAILS_CAME_BACK = _of_store(
    "jobchime_mails_came_back_last_day",
    "Mails of the last 24 hours that came back: bounced (for good) or soft_bounced.",
    "kind",
)
MAILS_NOT_ARRIVING = _of_store(
    "jobchime_mails_not_arriving",
    "Mails that do not arrive, if they are more than a tenth of the newest, otherwise 0: bounced, soft_bounced,"
    " dropped, dropped_address (the provider suppresses it), put_off for an hour or longer, or no_end (nothing more"
    " was heard for hours after the mail was accepted).",
    "kind",
)
MAILS_UNTAKEN = _of_store(
    "jobchime_mails_untaken_seconds",
    "For how long the oldest mail that could be handed over has waited. 0 if there is none, or sending is held.",
)
MAILS_UNHEARD = _of_store(
    "jobchime_mails_unheard",
    "Mails accepted at least two hours ago, if the mail provider has reported nothing about any mail since then. Ten"
    " minutes are enough if events come that its key did not sign.",
)
WORKERS = _of_store(
    "jobchime_workers",
    "Workers of each service that should run: `alive`, or `lost` (silent without having stopped, or ended by"
    " themselves, until another comes in their place or they are forgotten).",
    "service",
    "state",
)
HEARTBEAT_AGE = _of_store(
    "jobchime_heartbeat_age_seconds",
    "Seconds since the last heartbeat of any worker of a service. Heartbeats come every 5 seconds.",
    "service",
)
WORKER_RESTARTS = _of_store(
    "jobchime_worker_restarts_last_hour",
    "Restarts in the last hour of that worker of a service which restarted most often. 0 once it has run for a"
    " quarter of an hour.",
    "service",
)
WEBHOOKS = _of_store(
    "jobchime_webhooks",
    "Webhooks of subscribers: unproven, active, failing (active, and the last attempt failed) or shut.",
    "state",
)
WEBHOOKS_WAITING = _of_store(
    "jobchime_webhook_events_overdue", "Events that should have been posted to webhooks and were not."
)
WEBHOOKS_OLDEST = _of_store(
    "jobchime_webhook_oldest_overdue_seconds",
    "For how long the oldest of these events has been due. 0 if there is none.",
)
CANARY_AGE = _of_store(
    "jobchime_canary_age_seconds",
    "Seconds since the last digest of a canary was built, and delivered to nobody. With notifier.canary on, one comes"
    " every 10 minutes.",
)
LEFT_UNREAD = _of_store(
    "jobchime_left_unread_last_day",
    "Records that were gone from Kafka or the log in the last 24 hours, before they were read; for topics that lost"
    " any.",
    "topic",
)
READERS_LEAVING = _of_store(
    "jobchime_readers_leaving_last_day",
    "Readers who unsubscribed, if more than a tenth of the day's mails; who called a mail spam, if more than a"
    " hundredth; whose addresses an operator suppressed, if a tenth of all. Otherwise 0. `silent`: mails since all"
    " readers fell silent at once.",
    "kind",
)
NOBODY_MAILED = _of_store(
    "jobchime_nobody_mailed",
    "1 while nobody is mailed, though people were before: mails go into a folder, SendGrid's sandbox is on, the"
    " warm-up plan has not begun, all digests of a day are held, or a day had no digest though postings came"
    " (`quiet`).",
    "why",
)
LINKS_LOST = _of_store(
    "jobchime_links_lost_timestamp_seconds",
    "Since when links in earlier mails have led nowhere, because another secret signed them. Absent while they work.",
)
DUE_TOO_LATE = _of_store(
    "jobchime_searches_due_too_late",
    "Searches that are due later than their cadence allows, for example because a clock ran ahead.",
)
CLOCK_AHEAD = _of_store(
    "jobchime_clock_ahead_seconds",
    "How far in the future the last heartbeat of a service's running workers is. 0 if it is not.",
    "service",
)
POLLS_OVERDUE = _of_store(
    "jobchime_polls_overdue_seconds",
    "How late the most overdue poll is. 0 if none is late, or the collector is paused.",
)
STORED = _of_store("jobchime_stored_match_records", "Records of matches.v1 that the store has taken in.")

METRICS: tuple[Metric, ...] = (
    RECORDS, HANDLE, RETRIES, DEAD, LAG, ASSIGNED, TICK, TICK_FAILURES, READY, PAUSED, LOOP, NOT_TAKEN_UP, INDEX_LACKS,
    CERTIFICATE_FAILS, LINKS_FAIL, TOPICS_FORGET,
    SOURCE_DELAY, FETCHED_TO_NORMALISED, FETCHED_TO_MATCHED, FETCHED_TO_STORED, PUBLISHED_TO_MATCHED,
    NORMALISED_TO_MATCHED, MATCHED_TO_STORED, PUSHED, PUSH_REQUESTS, MAIL_ATTEMPTS, MATCHES, DUE_TO_ACCEPTED,
    WEBHOOK_ATTEMPTS, BUILD, STORE_UP, DELIVERIES, MAILS_AHEAD, MAILS_FAILING, MAILS_GIVEN_UP, SUPPRESSED, DIGESTS,
    SUBSCRIBERS, DUE, PUT_OFF, OUTBOX, SOURCES, NOTHING_COMES, SENDING_PAUSED, SENDING_STOPPED, SIGN_UPS,
    PAUSE_PLANNED, MAILS_CAME_BACK,
    MAILS_NOT_ARRIVING, MAILS_UNTAKEN, MAILS_UNHEARD, WEBHOOKS, WEBHOOKS_WAITING, WEBHOOKS_OLDEST, STORED, CANARY_AGE,
    WORKERS, HEARTBEAT_AGE, WORKER_RESTARTS, LEFT_UNREAD, READERS_LEAVING, NOBODY_MAILED, LINKS_LOST, DUE_TOO_LATE,
    CLOCK_AHEAD, POLLS_OVERDUE,
)  # fmt: skip


def metrics_table() -> Iterator[str]:
    """The list as lines of a Markdown table, as docs/metrics.md holds it."""
    yield from ("| Metric | Kind | Labels | What it says |", "|---|---|---|---|")
    for metric in METRICS:
        labels = ", ".join(f"`{label}`" for label in metric.labels)
        kind = metric.kind if metric.origin == "process" else f"{metric.kind}, of the store"
        yield f"| `{metric.shown_name}` | {kind} | {labels} | {metric.help} |"


if __name__ == "__main__":
    print("\n".join(metrics_table()))  # noqa: T201 (a command)
