"""What the words right beside a sum of money say of it, as patterns; on text in lower case but for those of titles."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.rules.lexicon.builder import composed, phrases_of

RUN_TOGETHER: Final = re.compile(r"(?<=[a-zà-ÿ.)])[A-ZÀ-Þ]")
"""Where some boards run lines together: `per yearThis job is eligible for a bonus`."""
MONEY_SIGN: Final = re.compile(r"[\U0001f4b0\U0001f4b4-\U0001f4b8\U0001f911]\W{0,3}$")
"""A pictured bag of money, notes or coins ahead of a sum."""
SEGMENT: Final = re.compile(r"[\n|•·]|;\s")
APART: Final = re.compile(r"[,;.\d]")


@dataclass(frozen=True, slots=True)
class Cues:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[pay]`."""

    up_to: re.Pattern[str]
    since: re.Pattern[str]
    or_more: re.Pattern[str]
    or_less: re.Pattern[str]
    ote_next: re.Pattern[str]
    """On-target earnings by what follows: `$140,000 (OTE)`, `$140,000, including commission`."""
    ote_before: re.Pattern[str]
    variable: re.Pattern[str]
    more: re.Pattern[str]
    benefit_next: re.Pattern[str]
    of_the_period: re.Pattern[str]
    """A group is named as its period."""
    for_sales: re.Pattern[str]
    sales_title: re.Pattern[str]
    stipend: re.Pattern[str]
    """At the end of what is searched."""
    trainee: re.Pattern[str]
    plus_pay: re.Pattern[str]
    taxed: re.Pattern[str]
    taxed_before: re.Pattern[str]
    offered: re.Pattern[str]
    clause_ends: re.Pattern[str]
    total_before: re.Pattern[str]
    sure_part: re.Pattern[str]
    """The sum of a base pay, beside that of all pay."""
    added: re.Pattern[str]
    """What comes on top of the pay named before: `$38/hr + $4/hr`."""
    times_salary: re.Pattern[str]
    """What an insurance pays: `life cover of 4x salary (max £500,000)`."""
    full_time_next: re.Pattern[str]
    actual: re.Pattern[str]
    varied: re.Pattern[str]
    offered_alone: re.Pattern[str]
    """Of several ranges the one that is offered."""
    graded: re.Pattern[str]
    graded_next: re.Pattern[str]
    others_earn: re.Pattern[str]
    least_paid: re.Pattern[str]
    per_annum: re.Pattern[str]
    peso: re.Pattern[str]
    """In any case, as `on_target`."""
    on_target: re.Pattern[str]
    abbreviations: tuple[str, ...]
    """Words that a stop is written behind, ahead of a capital."""


@cache
def cues() -> Cues:
    """The patterns, compiled once."""
    return Cues(
        up_to=_pattern(r"{up_to}\s*:?\s*$"),
        since=_pattern(r"{from}\s*:?\s*$"),
        or_more=_pattern(r"\s?(?:{or_more}|[〜～](?!\s?[\d¥￥])|{or_more_at_end}(?=\s*$))"),
        or_less=_pattern(r"\s?{or_less}"),
        ote_next=_pattern(
            r"\W*(?:\w{3}\W+)?{include}[^.\n]{0,40}{commission}"
            r"|[\s(]{0,3}(?:(?!{not_of_it})\w+ ){0,3}\(?{on_target}"
        ),
        ote_before=_pattern(r"{include}[^.\n]{0,40}{commission}"),
        variable=_pattern(r"{include}[^.\n]{0,40}{variable}"),
        more=_pattern(r"[+,;(&\n、，；＋（]|{more}|\.\s|\s[-–—|•]\s"),
        benefit_next=_pattern(r" ?(?:(?!{beside} |\+ )[\w&/'-]+ ){0,6}?{benefit}"),
        of_the_period=_pattern(r"(?:(?P<hour>{hourly})|(?P<year>{annual})) (?:[\w-]+ ){0,2}{rate}"),
        for_sales=_pattern(r"{for_sales}[^.\n]{0,120}{on_target}"),
        sales_title=_in_any_case("{sales_title}"),
        stipend=_pattern("{stipend}$"),
        trainee=_in_any_case("{trainee}"),
        plus_pay=_pattern(r"[\s(]{0,2}(?:\+|{and_plus}) ?(?:\w+ )?{with_pay}"),
        taxed=_pattern(r"[\s(]{0,2}{taxed}"),
        taxed_before=_pattern(r"{taxed_before}\W{0,3}$"),
        offered=_pattern(r"{offers}(?: {offers_about})*\s*$"),
        clause_ends=_pattern(r"\s*(?:$|[.,;(\n+]|{goes_on})"),
        total_before=_pattern(r"{total}[^\d\n]{0,20}$"),
        sure_part=_pattern(r"{sure}[^\d\n+&]{0,20}\d|\d[\d.,]{0,10}k? {sure}"),
        added=_pattern(r"(?:\+|{added})\s*(?:{about} )*$"),
        times_salary=_pattern(r"\d ?(?:{times}|×) {of_salary}[^\n]{0,40}$"),
        full_time_next=_pattern(r"[\s(,]{0,3}{per_annum}?[\s(,]{0,3}{full_time}"),
        actual=_pattern(r"{actual}[^\d\n]{0,25}\d|\d[\d,.]{2,9}k?[^\d\n]{0,15}{actual}"),
        varied=_pattern(r"{varied}[^,;\d]{0,12}$"),
        offered_alone=_pattern(r"{offered}[^.\d\n]{0,40}$"),
        graded=_pattern(r"{graded}[^.\n]{0,40}$"),
        graded_next=_pattern(r"[\s(,]{0,3}(?:\w+ ){0,3}{graded}"),
        others_earn=_pattern(r"{earners}[^.,;\n]{0,40}{earn}[^.\d\n]{0,20}$"),
        least_paid=_pattern(r"{least}[^\d\n]{0,60}$"),
        per_annum=_pattern("{lakhs_per_annum}"),
        peso=_in_any_case("{mexican}"),
        on_target=_in_any_case("{on_target}"),
        abbreviations=tuple(f"{sign}{word}" for word in phrases_of("pay.abbreviation") for sign in " ("),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("pay", template))


def _in_any_case(template: str) -> re.Pattern[str]:
    return re.compile(composed("pay", template), re.IGNORECASE)
