"""What the rules make once a process, made before the first posting waits for it."""

from dataclasses import replace
from datetime import UTC, datetime

from schemas.raw import unserved
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.normalise import normalise
from services.ingest.domain.spoken.names import names_of
from services.ingest.domain.spoken.words import words_of
from services.rules.lexicon.builder import LANGUAGES
from services.rules.money import rates_before
from services.rules.places.known import find_places
from services.rules.places.towns import towns_in_sentence

_TEXT = """<p>Wir suchen für unser Büro in Zürich. Remote from anywhere in Europe, within 2 hours of CET. 東京</p>
<p>Requirements:</p><ul><li>3 years of experience with Python and Go; fluent German</li>
<li>an active nursing licence</li><li>load and regression testing</li></ul>
<p>Salary: €60,000 - €70,000 per year, from level 5 80 000 EUR. You must be based in Germany, full-time.</p>"""
_NO_LANGUAGE = "<p>" + "Kubernetes Terraform Prometheus Grafana Ansible PostgreSQL Datenbank Entwicklung " * 6 + "</p>"
"""Names alone: only the model of letters says anything of them."""
_FACTS = "<p>Standort: Köln. Vollzeit.</p>"
"""A few words without grammar."""


def warm_up() -> None:
    """Make the tables, automata, patterns and the model of languages: some seconds, then nothing is left to make.

    By reading four invented postings, and names of places that few name, so that what a rule comes to need later is
    made here too.
    """
    draft = Draft(
        source_id="warm-up",
        title="Senior Entwickler*in Büro Zürich, Deutsch",
        company="Acme GmbH",
        locations=tuple(
            Stated("location", text)
            for text in ("Springfield, Illinois, CA", "remote, germany", "Łódź", "łódź, polska")
        ),
        restriction=(Stated("restriction", "Europe"),),
        skills=(Stated("tag", "python"),),
        pay_text=(Stated("pay", "€60k"),),
        language="de",
        posted_at="2026-01-01",
    )
    started = datetime(2026, 1, 1, tzinfo=UTC)
    raw = unserved("warm-up", "warm-up", started)
    find_places("Remote - TX, Our team is in Nice. Work from anywhere in Europe")
    towns_in_sentence("Our office is in Herford.", ("DE",))
    for language in LANGUAGES:
        names_of(language)
        words_of(language)
    placeless = replace(draft, title="Senior Entwickler*in", restriction=(), locations=())
    in_town = replace(draft, title="Nurse or Year Three Teacher", html=_FACTS, locations=draft.locations[:1])
    on_site = replace(placeless, html=_FACTS, locations=(Stated("location", "Köln, Germany"),))
    readings = (replace(draft, html=_TEXT), replace(placeless, html=_NO_LANGUAGE), in_town, on_site)
    for warming in readings:
        normalise(warming, raw=raw, rates=rates_before(started.date()))
