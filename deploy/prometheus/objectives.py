"""The objectives, each with alerts on how fast its budget burns, by several windows (SRE Workbook, chapter 5).

A page where a thirtieth of a month's budget goes in an hour (14.4 times as fast as it may), or in six hours a twentieth
(6 times); a ticket where a tenth goes in a day (3 times) or in three days (once). A short window beside each long one
ends the alert soon after the fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from deploy.prometheus.alert import Alert, Case

_PAGE = ((14.4, "1h", "5m"), (6.0, "6h", "30m"))
_TICKET = ((3.0, "1d", "2h"), (1.0, "3d", "6h"))
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")


@dataclass(frozen=True, slots=True)
class Objective:
    """A share of events, over 30 days, that are to be good."""

    name: str
    """Of the recorded ratio: `jobchime:NAME:ratio_rate5m` is the share of bad ones."""
    alert: str
    percent: float
    says: str
    """What the share is of, as a sentence's subject and verb."""
    bad: str
    """Rate of bad events over `$w`."""
    all: str
    """Rate of all of them."""
    good_series: str
    """A counter that is not bad, for the series of tests."""
    bad_series: str
    """A counter that is; a histogram's is what its good one lacks of the count."""
    counts_all: bool = False
    """`bad_series` counts all events, as a histogram's count does."""
    asked_for: tuple[str, ...] = ()
    """Gauges that are more than 0 while events are bad as an operator wants them to be: nobody is paged then, nor in
    the hour after, in which what waited goes out late. The ticket counts all."""

    def recorded(self) -> Iterator[dict[str, object]]:
        """The ratio, a rule a window."""
        for window in WINDOWS:
            bad, total = self.bad.replace("$w", window), self.all.replace("$w", window)
            yield {"record": self._ratio(window), "expr": f"({bad}) / ({total})"}

    def alerts(self) -> tuple[Alert, Alert]:
        """The one that gets somebody up, and the one that waits for the morning."""
        budget = 1 - self.percent / 100
        flood, drip = min(40 * budget, 0.8), 4 * budget
        unmoved = Case({}, "90m")
        within = self._case(0.5 * budget, "90m")
        fires = self._case(flood, "20m", fires=True)
        asked = tuple(self._asked(fires, gauge) for gauge in self.asked_for)
        page_expr = self._expr(_PAGE)
        if self.asked_for:
            any_asked = " or ".join(f"max(max_over_time({gauge}[1h])) > 0" for gauge in self.asked_for)
            page_expr = f"({page_expr}) unless ({any_asked})"
            nothing = dict.fromkeys(self.asked_for, "0x300")
            fires = replace(fires, series={**fires.series, **nothing})
        page = Alert(
            f"{self.alert}Fast",
            "page",
            page_expr,
            "2m",
            f"{self.says}, so often that the month's budget of {_shown(budget * 100)} % is used up within days.",
            fires,
            (within, self._case(drip, "90m"), self._over(flood), unmoved, *asked),
        )
        ticket = Alert(
            f"{self.alert}Slow",
            "ticket",
            self._expr(_TICKET),
            "15m",
            f"{self.says}, more often than the {_shown(budget * 100)} % that a month's budget allows.",
            self._case(drip, "90m", fires=True),
            (within, unmoved),
        )
        return page, ticket

    def _ratio(self, window: str) -> str:
        return f"jobchime:{self.name}:ratio_rate{window}"

    def _expr(self, burns: tuple[tuple[float, str, str], ...]) -> str:
        budget = 1 - self.percent / 100
        return " or ".join(
            f"({self._ratio(long)} > {_shown(times * budget)} and {self._ratio(short)} > {_shown(times * budget)})"
            for times, long, short in burns
        )

    def _case(self, share: float, at: str, *, fires: bool = False) -> Case:
        bad = round(10_000 * share)
        return Case(self._series(f"0+{10_000 - bad}x300", f"0+{bad}x300", "0+10000x300"), at, ({},) if fires else ())

    @staticmethod
    def _asked(fires: Case, gauge: str) -> Case:
        """The same, ten minutes after an operator's word ended."""
        return Case({**fires.series, gauge: "1x10 0x290"}, fires.at)

    def _over(self, share: float) -> Case:
        """Half an hour of it, which ended half an hour ago."""
        bad = round(10_000 * share)
        good = 10_000 - bad
        goods = f"0+{good}x30 {30 * good + 10_000}+10000x60"
        return Case(self._series(goods, f"0+{bad}x30 {30 * bad}+0x60", "0+10000x90"), "62m")

    def _series(self, good: str, bad: str, every: str) -> dict[str, str]:
        return {self.good_series: good, self.bad_series: every if self.counts_all else bad}


def _shown(share: float) -> str:
    return f"{share:.6g}"


OBJECTIVES: tuple[Objective, ...] = (
    Objective(
        "stored_late",
        "JobchimePostingsLate",
        99.0,
        "Matches of postings are stored more than a minute after the postings were fetched",
        "sum(rate(jobchime_fetched_to_stored_seconds_count[$w]))"
        ' - sum(rate(jobchime_fetched_to_stored_seconds_bucket{le="60.0"}[$w]))',
        "sum(rate(jobchime_fetched_to_stored_seconds_count[$w]))",
        'jobchime_fetched_to_stored_seconds_bucket{le="60.0"}',
        "jobchime_fetched_to_stored_seconds_count",
        counts_all=True,
    ),
    Objective(
        "mails_late",
        "JobchimeMailsLate",
        99.0,
        "Mails are accepted by the mail server more than 15 minutes after their digest was due",
        "sum(rate(jobchime_due_to_accepted_seconds_count[$w]))"
        ' - sum(rate(jobchime_due_to_accepted_seconds_bucket{le="900.0"}[$w]))',
        "sum(rate(jobchime_due_to_accepted_seconds_count[$w]))",
        'jobchime_due_to_accepted_seconds_bucket{le="900.0"}',
        "jobchime_due_to_accepted_seconds_count",
        counts_all=True,
        asked_for=("jobchime_sending_paused", "jobchime_put_off_subscribers"),
    ),
    Objective(
        "mails_not_taken",
        "JobchimeMailsNotTaken",
        99.0,
        "The mail server does not accept mails, for reasons other than the reader's mailbox",
        'sum(rate(jobchime_mail_attempts_total{fault=~"settings|away|busy|policy"}[$w]))'
        " or 0 * sum(rate(jobchime_mail_attempts_total[$w]))",
        "sum(rate(jobchime_mail_attempts_total[$w]))",
        'jobchime_mail_attempts_total{mailer="smtp", outcome="accepted", fault=""}',
        'jobchime_mail_attempts_total{mailer="smtp", outcome="deferred", fault="away"}',
    ),
    Objective(
        "pushes_failed",
        "JobchimePushesFailed",
        99.9,
        "Pushes fail for reasons on jobchime's side",
        'sum(rate(jobchime_push_requests_total{status=~"5.."}[$w])) or 0 * sum(rate(jobchime_push_requests_total[$w]))',
        "sum(rate(jobchime_push_requests_total[$w]))",
        'jobchime_push_requests_total{status="200"}',
        'jobchime_push_requests_total{status="503"}',
    ),
)
