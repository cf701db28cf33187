"""Statements of where one may work from that say, along with it, that one need not come in; of lower-case text."""

import re
from functools import cache

from services.ingest.domain.lexicon import any_of
from services.ingest.domain.workplace.statements import ROLE


@cache
def remote_anywhere() -> re.Pattern[str]:
    """One may work from anywhere, all over the world or within a part of it.

    What is done for some weeks is told apart by whoever asks.
    """
    anywhere, all_over = any_of("anywhere.from_anywhere"), any_of("anywhere.all_over")
    remote, work = any_of("anywhere.remote", whole=False), any_of("anywhere.remote_work", whole=False)
    return re.compile(
        rf"\b(?<!not )(?<!no ){remote}\W{{1,3}}(?:{work} )?(?:{anywhere}|{all_over})"
        r"(?! (?:team|company|workforce|organi|business|customer|client|platform|collabor)\w*)"
        rf"|(?:^|[\n.!?;•|]) ?(?:work(?:ing)? |live |live and work |based )?{anywhere}"
        rf"(?= ?(?:$|[\n.!,;|(])| {any_of('anywhere.within')} )"
        rf"|{any_of('anywhere.work')}(?: \w+){{0,2}} {anywhere}|{anywhere}(?: aus)? {any_of('anywhere.to_work')}"
        rf"|\b{ROLE} (?:can|may) be (?:done|performed|carried out|executed|worked|filled) (?:remotely )?from any\w*"
    )
