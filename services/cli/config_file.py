"""The commented settings file that `config init` writes."""

TEMPLATE = """\
# jobchime: the settings of one installation. Every value below is the default; uncomment what you change.
# The environment has the last word: JOBCHIME_MAIL__SMTP__PASSWORD beats mail.smtp.password.

# The folder of log, store and secret; back it up with `jobchime backup FILE`.
data = "jobchime-data"
# log_level = "info"
# tick_every_s = 1.0
# store = ""              # "postgresql+psycopg://user@host/database"; empty: SQLite in the data folder
# worker = ""             # names this worker; empty: by service and machine

# ---------------------------------------------------------------------------------------------------------------
[ingest]
# A page or mailbox by which a board can reach you; it goes into the User-Agent.
# contact = "https://jobs.example.com/about-our-bot"
# polls_at_once = 16      # each of another host; what hangs holds up no other
# gap = "1s"              # between two requests to one host
# connect_timeout = "10s" # a host is found and connected to
# header_timeout = "30s"  # an answer's headers are there
# read_timeout = "20s"    # between two pieces of an answer
# total_timeout = "2m"    # for one request, with redirects and its whole body
# poll_timeout = "8m"     # for one poll, with all its pages
# attempts = 3
# max_age = "45d"         # how long a posting lasts where its source neither lists completely nor says when it ends
# silence = "1d"          # a source without a success for so long gets a warning

# One table a source. Try it first: `jobchime source check URL_OR_FILE`.
# [[ingest.sources]]
# name = "himalayas"      # part of every posting's id: do not rename it later
# url = "https://himalayas.app/jobs/api?limit=20"
# every = "1h"            # unset: hourly, or as seldom as its board asks for (Remotive and Jobicy: every six hours)
# format = "himalayas"    # `jobchime source formats` names all; or auto: told by content, after asking robots.txt
# max_pages = 10
# max_details = 40        # calls a poll, a posting each, for texts or pay that the listing lacks; unset: by the format
#
# [[ingest.sources]]
# name = "own-postings"
# url = "feeds"           # a file, or a folder of feed files, beside this file
# every = "1m"
#
# A feed of a format of its own is read by a mapping: docs/mapped-feeds.md.
# [[ingest.sources]]
# name = "acme"
# url = "https://acme.example.com/openings.json"
# mapping = "mappings/acme.toml"  # beside this file; or a table [ingest.mappings.acme] and format = "mapping:acme"

# ---------------------------------------------------------------------------------------------------------------
# Postings that a board pushes over HTTP; nothing is served without a key.
[ingest.push]
# host = "127.0.0.1"      # put a server that speaks TLS before it: keys travel with each request
# port = 8110
# max_bytes = 5000000     # of a body, as sent and decompressed
# max_records = 2000      # of one request
#
#   [ingest.push.keys.acme]       # a name that logs may show
#   source = "acme"               # whose postings the key pushes
#   key_from = "ACME_PUSH_KEY"    # the variable that holds it: 20 characters or more

# ---------------------------------------------------------------------------------------------------------------
[notifier]
# most_instant = 6        # digests with instant searches in one local day
# passes_a_tick = 2       # how often one tick claims subscribers whose digest is due; what is left waits for the next
# deliveries_a_tick = 200 # mails handed over in one tick
[notifier.curate]
# most_items = 10         # jobs in one digest
# most_near = 3           # near misses below them
# most_per_company = 2

# ---------------------------------------------------------------------------------------------------------------
[mail]
# `folder` writes .eml files and sends nothing. `smtp` and `sendgrid` send, and ask for the five settings below.
mailer = "folder"
folder = "mails"
# public_url = "https://alerts.example.com"       # links in mails start with it; https, at most 39 characters
# sender_name = "Job alerts"
# sender_address = "alerts@example.com"
# postal_address = "Example Board, 1 Example Street, Exampletown"
# allow = ["ada@example.com", "@example.com"]     # who may be mailed at all; ["*"] is everybody

[mail.smtp]
# host = "smtp.example.com"
# port = 587
# security = "starttls"   # or tls, or none for a server on this machine
# username = ""
# password = ""           # better: JOBCHIME_MAIL__SMTP__PASSWORD
# timeout_s = 30

[mail.sendgrid]
# api_key = ""            # better: JOBCHIME_MAIL__SENDGRID__API_KEY; a key that may do "Mail Send" and nothing else
# host = "https://api.sendgrid.com"               # https://api.eu.sendgrid.com for a subuser of the EU region
# sandbox = false         # true: SendGrid checks each mail and sends none
# reply_to = ""           # empty: answers go to the sender
# categories = ["job-alerts"]
# in_flight = 16          # requests at once
# connect_timeout_s = 10
# timeout_s = 30

# ---------------------------------------------------------------------------------------------------------------
# /metrics, /livez and /readyz of each service; they tell nothing of people.
[probes]
# host = "127.0.0.1"
# enabled = true
# ingest_port = 8101
# matcher_port = 8102
# notifier_port = 8103
# stuck_after_s = 600.0
#
# `jobchime run` has none unless it is given a port: embedded_port = 8100

# ---------------------------------------------------------------------------------------------------------------
# The deployed form: services as processes of their own, `jobchime ingest`, `matcher` and `notifier`. Passwords are
# better given by the environment: JOBCHIME_STORE, JOBCHIME_SECRET, JOBCHIME_KAFKA__PASSWORD,
# JOBCHIME_ELASTICSEARCH__API_KEY.
[kafka]
# bootstrap = ["kafka.example.com:9092"]          # with none of these, the embedded form
# prefix = ""             # before every topic and group, where installations share a cluster
# replication = 1         # of the topics that `jobchime topics create` makes
# security = "PLAINTEXT"  # or SSL, SASL_PLAINTEXT, SASL_SSL
# sasl_mechanism = "SCRAM-SHA-512"
# username = ""
# session_timeout_s = 5.0 # a worker silent for so long has its partitions taken over
# batch = 500             # most records handled together

[matcher]
# index = "memory"        # each worker holds all criteria; "elasticsearch" holds them once for all workers
# backwards_days = 7      # how far back new criteria are matched

[elasticsearch]
# urls = ["https://search.example.com:9200"]
# prefix = "jobchime"     # begins the name of every index
# username = ""
# timeout_s = 3.5
# shards = 1
# replicas = 0

[store_limits]
# pool = 4                # connections to PostgreSQL that a process keeps open
# overflow = 4            # and besides, closed after use
# statement_timeout_s = 60.0
"""
