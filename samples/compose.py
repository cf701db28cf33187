"""Composes jobs out of the material: seeded, so that the same seed gives the same feeds."""

import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import escape

from samples.material import (
    FIRMS,
    FRENCH,
    GERMAN,
    LEVELS,
    MARKETS,
    PORTUGUESE,
    SPANISH,
    WIDE,
    Firm,
    Market,
    Role,
)
from samples.roles import ROLES

NEWEST = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
"""When the newest sample job was posted."""

LOCAL_FIRMS = {"de": "Lindenbaum", "es": "Marisma Azul", "fr": "Petit Ruisseau", "pt": "Rio Claro Dados"}
ENGLISH_FIRMS = tuple(firm for firm in FIRMS if firm.name not in LOCAL_FIRMS.values())


@dataclass(frozen=True, slots=True)
class Job:
    """One invented job, before a board has had its way with it."""

    number: int
    firm: Firm
    title: str
    market: Market
    wide: str | None
    """A region that replaces the market's place."""
    workplace: str
    employment: str
    level: str
    low: int | None
    high: int | None
    period: str
    pay: str
    """The pay sentence of the text, or empty."""
    skills: tuple[str, ...]
    html: str
    posted: datetime
    language: str = "en"

    @property
    def slug(self) -> str:
        """The job's part of an address."""
        words = "".join(c if c.isascii() and c.isalnum() else "-" for c in f"{self.firm.name} {self.title}".lower())
        return "-".join(w for w in words.split("-") if w) + f"-{7_000 + self.number}"

    @property
    def place(self) -> str:
        """Where it may be done from, as a careers page writes it."""
        return self.wide or self.market.place


def _rounded(amount: float) -> int:
    step = 10 ** max(len(str(int(amount))) - 2, 2)
    return int(round(amount / step) * step)


def _grouped(amount: int, mark: str = ",") -> str:
    return f"{amount:,}".replace(",", mark)


def pay_sentence(style: str, low: int, high: int) -> str:
    """Write yearly pay `low` to `high` the way the market does."""
    thousand_low, thousand_high = round(low / 1000), round(high / 1000)
    styles = {
        "us": f"The base salary range for this role is ${_grouped(low)} - ${_grouped(high)} per year, plus equity.",
        "us_k": f"We pay $ {thousand_low}k–{thousand_high}k a year. Commission and bonus come on top.",
        "cad": f"Compensation: CAD {_grouped(low)} to CAD {_grouped(high)} annually.",
        "gbp": f"Salary: £{_grouped(low)} - £{_grouped(high)} per annum, depending on experience.",
        "gbp_day": f"Day rate: £{round(low / 260 / 10) * 10} - £{round(high / 260 / 10) * 10} per day, outside IR35.",
        "eur": f"Gross yearly salary: €{_grouped(low, '.')} - €{_grouped(high, '.')}.",
        "eur_month": f"Pay: {_grouped(_rounded(low / 12), '.')} - {_grouped(_rounded(high / 12), '.')} EUR gross a month.",
        "chf": f"Salary band: CHF {_grouped(low, chr(39))} - CHF {_grouped(high, chr(39))} per year.",
        "pln": f"{_grouped(_rounded(low / 12), ' ')} - {_grouped(_rounded(high / 12), ' ')} PLN net + VAT per month (B2B).",
        "sek": f"Monthly salary: {_grouped(_rounded(low / 12), ' ')} - {_grouped(_rounded(high / 12), ' ')} SEK.",
        "brl": f"Salary: R$ {_grouped(_rounded(low / 12), '.')} - R$ {_grouped(_rounded(high / 12), '.')} per month.",
        "mxn": f"Salary: MXN {_grouped(_rounded(low / 12))} - {_grouped(_rounded(high / 12))} per month.",
        "inr": f"CTC: {round(low / 100_000)} - {round(high / 100_000)} LPA.",
        "jpy": f"Annual salary: {round(low / 10_000)}万円 - {round(high / 10_000)}万円.",
        "aud": f"Package: AUD {_grouped(low)} - {_grouped(high)} per year plus super.",
        "sgd": f"Salary: SGD {_grouped(_rounded(low / 12))} - SGD {_grouped(_rounded(high / 12))} per month.",
        "zar": f"Salary: ZAR {_grouped(low, ' ')} - ZAR {_grouped(high, ' ')} per annum.",
    }
    return styles[style]


def _where(job_place: str, market: Market, workplace: str, rng: random.Random) -> str:
    if workplace == "hybrid":
        return f"Hybrid: two days a week in our {market.city} office, the rest where you like."
    if workplace == "onsite":
        return f"You work with us on site in {market.city}."
    if job_place == "Worldwide":
        return "Work from anywhere in the world: we hire in every country we may."
    if job_place in WIDE:
        return f"Fully remote; you can be anywhere in {job_place}."
    said = (
        f"Fully remote within {market.country}.",
        f"You must be based in {market.country}; there is no office to come to.",
        f"Remote. Candidates must be authorised to work in {market.country}.",
    )
    return rng.choice(said)


def _items(lines: tuple[str, ...] | list[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(line)}</li>" for line in lines) + "</ul>"


def _text(firm: Firm, role: Role, title: str, where: str, pay: str, rng: random.Random) -> str:
    years = rng.choice((2, 3, 4, 5, 6))
    must = [f"{years}+ years with {role.must[0]}", *(f"Good command of {skill}" for skill in role.must[1:])]
    opening = rng.choice(
        (
            f"{firm.name} {firm.does}. We are looking for a {title.strip()}.",
            f"At {firm.name} we like small teams and finished work. {firm.name} {firm.does}.",
            f"{firm.name} {firm.does}, and there is more to do than we have hands for.",
        )
    )
    return (
        f"<p>{escape(opening)}</p><h3>What you will do</h3>{_items(role.duties)}"
        f"<h3>What you bring</h3>{_items(must)}"
        f"<h3>Nice to have</h3>{_items([f'{skill}' for skill in role.nice])}"
        f"<h3>Where</h3><p>{escape(where)}</p>"
        + (f"<h3>Pay</h3><p>{escape(pay)}</p>" if pay else "")
        + f"<h3>Benefits</h3>{_items([firm.perk.capitalize(), '30 days of holiday'])}"
    )


def _posted(rng: random.Random, number: int) -> datetime:
    """Two thirds in the last four days, so that the simulated days have something to tell."""
    days = rng.uniform(0, 4) if number % 3 else rng.uniform(4, 14)
    return (NEWEST - timedelta(days=days)).replace(microsecond=0)


def english_jobs(seed: int, count: int) -> list[Job]:
    """`count` jobs in English, over all roles, markets and levels."""
    rng = random.Random(seed)
    jobs = []
    for number in range(count):
        role, firm, market = ROLES[number % len(ROLES)], rng.choice(ENGLISH_FIRMS), rng.choice(MARKETS)
        prefix, factor = rng.choice(LEVELS)
        title = prefix + role.title
        remote_word = market.place.startswith("Remote")
        workplace = rng.choices(("remote", "hybrid", "onsite"), (85, 10, 5) if remote_word else (35, 40, 25))[0]
        wide = rng.choice(WIDE) if workplace == "remote" and rng.random() < 0.4 else None
        place = wide or market.place
        low = _rounded(role.usd * factor * market.per_usd * rng.uniform(0.85, 1.0))
        high = _rounded(low * rng.uniform(1.1, 1.35))
        stated = rng.random() < 0.7
        employment = rng.choices(("full_time", "contract", "part_time", "temporary"), (80, 12, 6, 2))[0]
        pay = pay_sentence(market.style, low, high) if stated else ""
        where = _where(place, market, workplace, rng)
        jobs.append(
            Job(
                number=number,
                firm=firm,
                title=title,
                market=market,
                wide=wide,
                workplace=workplace,
                employment=employment,
                level=prefix.strip() or "Mid-level",
                low=low if stated else None,
                high=high if stated else None,
                period="year",
                pay=pay,
                skills=role.must + role.nice[:1],
                html=_text(firm, role, title, where, pay, rng),
                posted=_posted(rng, number),
            )
        )
    return jobs


_LOCAL = {
    "de": (
        GERMAN,
        "Das machst du",
        "Das bringst du mit",
        "Standort: {city} oder remote innerhalb von {place}.",
        "Gehalt: {low} - {high} Euro brutto im Jahr.",
        "Deutschland",
        "Berlin, Germany",
    ),
    "es": (
        SPANISH,
        "Qué harás",
        "Qué buscamos",
        "Teletrabajo desde cualquier lugar de {place}.",
        "Salario: {low} € - {high} € brutos al año.",
        "España",
        "Remote, Spain",
    ),
    "fr": (
        FRENCH,
        "Vos missions",
        "Votre profil",
        "Télétravail complet depuis la {place}.",
        "Salaire : {low} € à {high} € brut par an.",
        "France",
        "Remote, France",
    ),
    "pt": (
        PORTUGUESE,
        "O que você vai fazer",
        "O que esperamos",
        "Trabalho 100% remoto, em qualquer lugar do {place}.",
        "Salário: R$ {low} a R$ {high} por mês.",
        "Brasil",
        "Remote, Brazil",
    ),
}

_SENTENCES = {
    "de": (
        "{firm} {does}. Für unser kleines Team suchen wir Verstärkung.",
        "Du baust und pflegst, worauf sich die Händler verlassen.",
        "Sehr gute Kenntnisse in {skill}",
        "Deutsch fließend",
    ),
    "es": (
        "{firm} {does}. Buscamos a alguien con ganas de quedarse.",
        "Te encargas de que los datos lleguen a tiempo.",
        "Experiencia demostrable con {skill}",
        "Español nativo e inglés intermedio",
    ),
    "fr": (
        "{firm} {does}. Nous cherchons une personne curieuse.",
        "Vous faites vivre nos outils de mesure.",
        "Bonne maîtrise de {skill}",
        "Français courant",
    ),
    "pt": (
        "{firm} {does}. Procuramos quem goste de trabalho bem feito.",
        "Você cuida do que as hortas usam todos os dias.",
        "Experiência com {skill}",
        "Português fluente",
    ),
}


def local_jobs(seed: int, first_number: int) -> list[Job]:
    """Jobs in German, Spanish, French and Portuguese."""
    rng = random.Random(seed)
    firms = {firm.name: firm for firm in FIRMS}
    jobs: list[Job] = []
    for language, (rows, doing, bringing, where, pay_form, place, market_place) in _LOCAL.items():
        firm = firms[LOCAL_FIRMS[language]]
        market = next(market for market in MARKETS if market.place == market_place)
        opening, duty, must, tongue = _SENTENCES[language]
        for title, skills, pay in rows:
            low, high = pay, _rounded(pay * 1.25)
            pay_text = pay_form.format(low=_grouped(low, "."), high=_grouped(high, "."))
            html = (
                f"<p>{escape(opening.format(firm=firm.name, does=firm.does))}</p>"
                f"<h3>{doing}</h3>{_items([duty])}"
                f"<h3>{bringing}</h3>{_items([*(must.format(skill=skill) for skill in skills), tongue])}"
                f"<p>{escape(where.format(city=market.city, place=place))}</p><p>{escape(pay_text)}</p>"
            )
            number = first_number + len(jobs)
            jobs.append(
                Job(
                    number=number,
                    firm=firm,
                    title=title,
                    market=market,
                    wide=None,
                    workplace="remote",
                    employment="part_time" if "Teilzeit" in title or "Werkstudent" in title else "full_time",
                    level="",
                    low=low,
                    high=high,
                    period="month" if language == "pt" else "year",
                    pay=pay_text,
                    skills=skills,
                    html=html,
                    posted=_posted(rng, number),
                    language=language,
                )
            )
    return jobs


def agency_copy(job: Job, number: int) -> Job:
    """The same job again, as an agency posts it a day later."""
    agency = next(firm for firm in FIRMS if firm.name == "Hollin & Reed")
    later = min(job.posted + timedelta(hours=20), NEWEST)
    return replace(job, number=number, firm=agency, posted=later)
