"""What the sample postings are composed of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented employer."""

    name: str
    does: str
    perk: str


@dataclass(frozen=True, slots=True)
class Role:
    """An invented kind of job."""

    title: str
    family: str
    usd: int
    """A usual yearly pay at mid level in the United States."""
    must: tuple[str, ...]
    nice: tuple[str, ...]
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Market:
    """Where a job may be done from, and how pay is written there."""

    place: str
    """As a careers page writes it."""
    city: str
    country: str
    code: str
    utc: float
    currency: str
    per_usd: float
    """Local pay for one dollar of American pay, rough."""
    style: str
    """How the pay sentence is written, see `samples.compose.pay_sentence`."""


FIRMS = (
    Firm("Amberlock", "keeps small museums' archives searchable", "a library card in any city you visit"),
    Firm("Bluewick", "makes batteries for canal boats", "a week on the water each summer"),
    Firm("Cedarfold", "plans school meals for 400 towns", "lunch, of course"),
    Firm("Dunmore Optics", "builds lenses for field microscopes", "a microscope for your kitchen table"),
    Firm("Eiderloom", "weaves recycled wool into insulation", "a blanket for every birthday"),
    Firm("Fernhollow", "forecasts frost for fruit growers", "apples in autumn"),
    Firm("Gullwing Freight", "fills the empty lorries on the way home", "travel by night train, paid"),
    Firm("Hazelbank", "runs accounts for allotment clubs", "a plot of your own"),
    Firm("Inkbarrow", "prints books one at a time", "as many books as you can carry"),
    Firm("Junipera", "matches hospital rotas with people's lives", "a four-day week in July"),
    Firm("Kettlewright", "repairs what others throw away", "a repair budget for your home"),
    Firm("Larkspur Labs", "reads old weather diaries with machine learning", "a barometer"),
    Firm("Mossgate", "insures bicycles by the kilometre", "a bicycle"),
    Firm("Nettlecombe", "maps footpaths with their owners", "walking days"),
    Firm("Oakhurst Pay", "moves money between cooperatives", "a share in the cooperative"),
    Firm("Pebbleworks", "teaches geology with games", "a rock hammer"),
    Firm("Quillmoor", "transcribes court records for the public", "a quiet room"),
    Firm("Rookery", "watches dams and bridges by satellite", "a trip to a dam of your choice"),
    Firm("Saltmarsh Systems", "controls tide mills", "sea view on Fridays"),
    Firm("Thistledown", "ships seeds to every continent", "seeds"),
    Firm("Umberfield", "finds paint for listed houses", "a painted door"),
    Firm("Vellumtree", "signs contracts without paper", "a notebook for those who miss it"),
    Firm("Wrenfield", "counts birds by their song", "a long walk each week"),
    Firm("Yarrowby", "books village halls", "a party in one of them"),
    Firm("Zinnia Health", "sends nurses where they are missed", "private health care"),
    Firm("Ashdown Grid", "balances the power of street markets", "a battery at cost price"),
    Firm("Brackenridge", "keeps software for lighthouses running", "a night in a lighthouse"),
    Firm("Copperleaf Cloud", "hosts the web sites of town councils", "a training budget of 2,000 a year"),
    Firm("Driftwood Data", "cleans public records", "every second Friday off"),
    Firm("Elmsworth", "plans trams", "a ticket for every tram in the country"),
    Firm("Foxglove Bio", "tests soil in a day", "a garden"),
    Firm("Greywater", "finds leaks before they show", "a rain barrel"),
    Firm("Hollin & Reed", "recruits for those who have no time to", "a good coffee machine"),
    Firm("Ivy Street Software", "writes software for choirs", "singing, if you like"),
    Firm("Kestrel Mobility", "gets wheelchairs onto trains", "rail travel for the family"),
    Firm("Lindenbaum", "baut Software für Wochenmärkte", "ein Jobrad"),
    Firm("Marisma Azul", "cuida de las salinas con sensores", "sal para toda la familia"),
    Firm("Petit Ruisseau", "mesure l'eau des rivières", "des vacances au bord de l'eau"),
    Firm("Rio Claro Dados", "organiza dados de hortas urbanas", "uma cesta de verduras por semana"),
    Firm("Stonepath", "tells hikers which way is open", "boots"),
)

MARKETS = (
    Market("Remote, United States", "Denver, Colorado", "United States", "US", -7, "USD", 1.0, "us"),
    Market("Remote - US (Eastern)", "Boston, Massachusetts", "United States", "US", -5, "USD", 1.05, "us_k"),
    Market("San Francisco, California", "San Francisco, California", "United States", "US", -8, "USD", 1.2, "us"),
    Market("Remote, Canada", "Toronto, Ontario", "Canada", "CA", -5, "CAD", 1.05, "cad"),
    Market("Remote - UK", "Leeds", "United Kingdom", "GB", 0, "GBP", 0.55, "gbp"),
    Market("London", "London", "United Kingdom", "GB", 0, "GBP", 0.6, "gbp_day"),
    Market("Berlin, Germany", "Berlin", "Germany", "DE", 1, "EUR", 0.58, "eur"),
    Market("Remote, Germany", "Hamburg", "Germany", "DE", 1, "EUR", 0.56, "eur_month"),
    Market("Remote, Netherlands", "Utrecht", "Netherlands", "NL", 1, "EUR", 0.55, "eur"),
    Market("Zürich, Switzerland", "Zürich", "Switzerland", "CH", 1, "CHF", 0.95, "chf"),
    Market("Remote, Spain", "Valencia", "Spain", "ES", 1, "EUR", 0.42, "eur"),
    Market("Remote, Portugal", "Porto", "Portugal", "PT", 0, "EUR", 0.38, "eur"),
    Market("Remote, France", "Lyon", "France", "FR", 1, "EUR", 0.48, "eur_month"),
    Market("Kraków, Poland", "Kraków", "Poland", "PL", 1, "PLN", 1.7, "pln"),
    Market("Remote, Sweden", "Malmö", "Sweden", "SE", 1, "SEK", 5.2, "sek"),
    Market("Remote, Brazil", "Recife", "Brazil", "BR", -3, "BRL", 1.6, "brl"),
    Market("Remote, Mexico", "Guadalajara", "Mexico", "MX", -6, "MXN", 6.5, "mxn"),
    Market("Bengaluru, India", "Bengaluru", "India", "IN", 5.5, "INR", 22.0, "inr"),
    Market("Tokyo, Japan", "Tokyo", "Japan", "JP", 9, "JPY", 70.0, "jpy"),
    Market("Remote, Australia", "Brisbane", "Australia", "AU", 10, "AUD", 1.15, "aud"),
    Market("Singapore", "Singapore", "Singapore", "SG", 8, "SGD", 0.95, "sgd"),
    Market("Cape Town, South Africa", "Cape Town", "South Africa", "ZA", 2, "ZAR", 6.5, "zar"),
)

WIDE = ("Worldwide", "Europe", "European Union", "Latin America", "EMEA", "North America", "APAC")

LEVELS = (
    ("Junior ", 0.65),
    ("", 1.0),
    ("", 1.0),
    ("Senior ", 1.3),
    ("Senior ", 1.3),
    ("Lead ", 1.45),
    ("Staff ", 1.6),
    ("Principal ", 1.75),
)

GERMAN = (
    ("Softwareentwickler Python (m/w/d)", ("Python", "Django", "PostgreSQL"), 68_000),
    ("Senior Frontend-Entwickler React (m/w/d)", ("React", "TypeScript", "CSS"), 76_000),
    ("Projektmanager IT (m/w/d)", ("Projektmanagement", "Scrum", "Jira"), 65_000),
    ("Buchhalter (m/w/d) in Teilzeit", ("Buchhaltung", "DATEV", "Excel"), 42_000),
    ("Werkstudent Data Analytics (m/w/d)", ("SQL", "Python", "Excel"), 22_000),
    ("DevOps Engineer (m/w/d)", ("Kubernetes", "Terraform", "Linux"), 78_000),
)
SPANISH = (
    ("Desarrollador/a Backend Java", ("Java", "Spring Boot", "SQL"), 42_000),
    ("Analista de Datos Senior", ("SQL", "Power BI", "Python"), 39_000),
    ("Responsable de Marketing Digital", ("SEO", "Google Ads", "Google Analytics"), 36_000),
)
FRENCH = (
    ("Développeur Full Stack (H/F)", ("Symfony", "PHP", "React"), 46_000),
    ("Ingénieure ou ingénieur données", ("Python", "Spark", "SQL"), 52_000),
)
PORTUGUESE = (
    ("Pessoa Desenvolvedora Android Pleno", ("Kotlin", "Android", "Git"), 11_000),
    ("Analista de Suporte Júnior", ("Zendesk", "Excel", "Inglês"), 4_200),
)
