"""The notifier's tables: criteria, matches, windows, subscribers, digests, deliveries.

Everything about a person hangs on `subscribers` and goes with it; `criteria`, `matches` and `postings` know nobody.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

from schemas.sql.base import Moment, Serial, metadata

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
    comment="The last number given of each dense series; a row lock orders those who draw one.",
)

flags = Table(
    "flags",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("changed_at", Moment, nullable=False),
    comment="What operators switch, such as sending_paused.",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("topic", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("value", LargeBinary, nullable=False),
    Column("headers", Text, nullable=False, comment="a JSON object"),
    sqlite_autoincrement=True,
    comment="Records to publish, written in the transaction that they tell of; gone once published.",
)

criteria = Table(
    "criteria",
    metadata,
    Column("key", BigInteger, primary_key=True, autoincrement=False, comment="dense uint32, never reused"),
    Column("criteria_id", Text, nullable=False, unique=True),
    Column("version", BigInteger, nullable=False),
    Column("document", Text, nullable=False, comment="the canonical form, JSON"),
    Column("members", Integer, nullable=False, comment="saved searches that use it; none: removed"),
    Column("changed_at", Moment, nullable=False),
    CheckConstraint("members >= 0", name="members"),
    CheckConstraint("key >= 0 AND key < 4294967296", name="uint32"),
)

subscribers = Table(
    "subscribers",
    metadata,
    Column("subscriber_id", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, unique=True, comment="keyed hash of the folded address"),
    Column("name", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("currency", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("speaks", Text, comment='a JSON list of languages such as "de:working"; null: they do not say'),
    Column("home", Text, comment='where they live: "Cambridge, US-MA", "US-MA" or "US"; null: they do not say'),
    Column("years", Integer, comment="for which they have done the work that they look for; null: they do not say"),
    Column("worked_as", Text, comment="a JSON list of the roles that they have had; null: they do not say"),
    Column("knows", Text, comment="a JSON list of what they say that they can do; null: they do not say"),
    Column("avoids", Text, comment="a JSON list of what they would rather not do; null: they do not say"),
    Column("selectivity", Text, comment="how choosy their mails are: strict, wide or all; null: as is usual"),
    Column("status", Text, nullable=False, comment="active or paused; the erased have no row"),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("built_by", Text, comment="the worker that builds this subscriber's digest"),
    Column("build_lease", Moment, comment="until when"),
    Column("seen_at", Moment, comment="their last sign of life; null: not known"),
    Column(
        "asked_at", Moment, comment="when they were last asked whether they want mails; null: nothing is asked of them"
    ),
    Column("address_since", Moment, comment="null: they always had this address"),
    Column("paused_until", Moment, comment="when who is paused goes on by themself; null: not before they say so"),
    Index("ix_subscribers_status_asked_at", "status", "asked_at"),
)

_UNDECLARED = text("kind = 'given' AND origin = 'operator' AND wording = ''")

consents = Table(
    "consents",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", Text, nullable=False, comment="given or withdrawn"),
    Column("at", Moment, nullable=False),
    Column("origin", Text, nullable=False, comment="operator, page or one-click"),
    Column("wording", Text, nullable=False, comment="what was read when it was said; empty where nobody knows"),
    Column("why", Text, nullable=False, comment="why somebody left, if they said"),
    Column("source", Text, comment="where an operator has the consent from, in his words; null: nobody said"),
    Column("given_at", Moment, comment="when it was given, as an operator declares"),
    Index("ix_consents_undeclared", "subscriber_id", sqlite_where=_UNDECLARED, postgresql_where=_UNDECLARED),
    sqlite_autoincrement=True,
    comment="Each change of a subscriber's consent to be mailed; goes with the person.",
)

feedback = Table(
    "feedback",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), primary_key=True),
    # Or more_like; a comment is a statement that a migration may not change under the release before.
    Column("kind", Text, primary_key=True, comment="hidden_company or not_relevant"),
    Column("value", Text, primary_key=True, comment="a folded company name, or a cluster key"),
    Column("created_at", Moment, nullable=False),
    Column("about", Text, comment="what the job was like that it was said of, a JSON object; null where not known"),
    Column("posting_id", Text, comment="of the job that it was said of; null where not known"),
    Column("note", Text, comment="what the subscriber wrote beside it; null: nothing"),
)

saved_searches = Table(
    "saved_searches",
    metadata,
    Column("search_id", Text, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("key", ForeignKey("criteria.key"), nullable=False, index=True),
    Column("cadence", Text, nullable=False),
    Column("hour", Integer, nullable=False, comment="0 to 23, local"),
    Column("weekday", Integer, comment="0 is Monday; weekly alone"),
    Column("paused", Boolean, nullable=False),
    Column("served_cut", BigInteger, nullable=False, comment="the cut up to which it was served; 0 is the beginning"),
    Column("next_due_at", Moment, nullable=False, index=True),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("preferred_places", Text, comment="a JSON list of codes, which decide order alone; null: none"),
    Column("waiting", LargeBinary, comment="ids of postings for which digests had no room, best first, JSON, zlib"),
    # Not unique: a migration may make no unique index on a table of the release before; nobody guesses one twice.
    Column("feed_key", Text, index=True, comment="what the secret address of its feed ends in; null: it has none"),
    Column(
        "mailed_due_at",
        Moment,
        comment="the due time of the last digest that brought it jobs; null: there was none, or nobody knows",
    ),
    Column(
        "linked_at",
        Moment,
        comment="when a link of a mail last changed its criteria; null: its owner knows, or none did",
    ),
    Column("before_link", Text, comment="the criteria before the first such change, JSON"),
    CheckConstraint("hour >= 0 AND hour < 24", name="hour"),
    UniqueConstraint("subscriber_id", "name"),
    Index(
        "ix_saved_searches_clocked",
        "next_due_at",
        postgresql_where=text("cadence <> 'instant' AND NOT paused"),
        sqlite_where=text("cadence <> 'instant' AND paused = 0"),
    ),
    Index(
        "ix_saved_searches_instant",
        "served_cut",
        "next_due_at",
        postgresql_where=text("cadence = 'instant' AND NOT paused"),
        sqlite_where=text("cadence = 'instant' AND paused = 0"),
    ),
)

postings = Table(
    "postings",
    metadata,
    Column("posting_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("backlog", Boolean, nullable=False),
    Column("seen_at", Moment, nullable=False, comment="the earliest of all versions"),
    Column("document", LargeBinary, nullable=False, comment="a PostingCore, JSON, zlib"),
    Column("stored_at", Moment, nullable=False, index=True),
    comment="The newest version of each posting that came in matches.v1.",
)

matches = Table(
    "matches",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("posting_id", ForeignKey("postings.posting_id", ondelete="CASCADE"), nullable=False, index=True),
    Column(
        "matched", LargeBinary, nullable=False, comment="schemas.keys.pack of the keys first matched by this record"
    ),
    Column("near", LargeBinary, nullable=False, comment="likewise, of the nearly matched"),
    comment="One row a record of matches.v1, less the keys that earlier records gave for its posting.",
)

positions = Table(
    "positions",
    metadata,
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False, comment="one past the last offset stored"),
    Column(
        "base",
        BigInteger,
        nullable=False,
        server_default="0",
        comment="what is added to the offsets of the present topic, so that positions only grow",
    ),
)

known_topics = Table(
    "known_topics",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("topic_id", Text, nullable=False, comment="which Kafka gave it when it was made"),
    comment="The topics on the cluster that this store belongs to.",
)

cuts = Table(
    "cuts",
    metadata,
    Column("cut", BigInteger, primary_key=True, autoincrement=False),
    Column("taken_at", Moment, nullable=False, index=True),
    Column("positions", Text, nullable=False, comment="a JSON object: position by partition"),
)

digests = Table(
    "digests",
    metadata,
    Column("digest_id", Text, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("outcome", Text, nullable=False, comment="digest or hold"),
    Column("reason", Text, nullable=False, comment="why it was held"),
    Column("instant", Boolean, nullable=False, comment="took in an instant search"),
    Column("subject", Text, nullable=False),
    Column("body", LargeBinary, comment="the email as first rendered, JSON, zlib; dropped by retention"),
    Column("dropped", LargeBinary, nullable=False, comment="candidates left out and why, JSON, zlib"),
    Column("matched", Text, comment="a JSON object: postings that matched, by the reader's day; null: not known"),
    Column("created_at", Moment, nullable=False, index=True),
    Column("rest", LargeBinary, comment="fitting jobs beyond the cap, best first: ids and searches, JSON, zlib"),
    Column(
        "remembered",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="its items are in sent_jobs; those of an earlier release are not until a chore sees to them",
    ),
    UniqueConstraint("subscriber_id", "due_at"),
    Index(
        "ix_digests_unremembered",
        "subscriber_id",
        postgresql_where=text("NOT remembered AND outcome = 'digest'"),
        sqlite_where=text("remembered = 0 AND outcome = 'digest'"),
    ),
)

digest_searches = Table(
    "digest_searches",
    metadata,
    Column("digest_id", ForeignKey("digests.digest_id", ondelete="CASCADE"), primary_key=True),
    Column("search_id", Text, primary_key=True),
    Column("from_cut", BigInteger, nullable=False),
    Column("to_cut", BigInteger, nullable=False),
)

digest_items = Table(
    "digest_items",
    metadata,
    Column("digest_id", ForeignKey("digests.digest_id", ondelete="CASCADE"), primary_key=True),
    Column("rank", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="match or near"),
    Column("posting_id", Text, nullable=False),
    Column("cluster_key", Text, nullable=False),
    Column("signature", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("found_by", Text, nullable=False, comment="searches and their reasons, a JSON list"),
)

sent_jobs = Table(
    "sent_jobs",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), primary_key=True),
    Column("posting_id", Text, primary_key=True),
    Column("due_at", Moment, primary_key=True, comment="of its digest, which may be forgotten already"),
    Column("title", BigInteger, nullable=False, comment="a hash of what same jobs have in common, to find them by"),
    Column("cluster_key", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("near", Boolean, nullable=False, comment="shown as a near miss"),
    Column("pay", BigInteger, comment="of a near miss: the top of its pay in a year, where it stated that"),
    Column("pay_currency", Text),
    Index("ix_sent_jobs_title", "subscriber_id", "title"),
    comment="What a subscriber was ever sent, for as long as there is the subscriber: no job comes twice.",
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", Text, primary_key=True),
    Column("digest_id", ForeignKey("digests.digest_id", ondelete="CASCADE"), nullable=False, unique=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("due_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("worker", Text),
    Column("lease", Moment, comment="until when the worker holds it"),
    Column("mailer", Text),
    Column("provider_id", Text),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    Column("accepted_at", Moment),
    Column("fault", Text, comment="what was wrong with the last attempt, by kind; null: nothing"),
    Column("failing_since", Moment, comment="when the first of its attempts failed; null: none did"),
    Column("address_hash", Text, comment="of the address that it goes to, where it is another than its subscriber's"),
    Index("ix_deliveries_state_not_before", "state", "not_before"),
    Index("ix_deliveries_state_due_at", "state", "due_at", "delivery_id"),
)

mail_events = Table(
    "mail_events",
    metadata,
    Column("event_id", Text, primary_key=True, comment="the mail provider's own"),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("delivery_id", Text, nullable=False, comment="empty where the provider does not say"),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), index=True),
    Column("reason", Text, nullable=False, comment="the provider's words, without people"),
    Column("taken_at", Moment, nullable=False, index=True),
    comment="Events of the mail provider as they were taken, so that none counts twice; forgotten after a while.",
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("address_hash", Text, primary_key=True, comment="keyed hash of the folded address"),
    Column("reason", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column(
        "exact",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="of the form that tells mailboxes apart; else of an earlier release's, which took some for one",
    ),
    Column("lifted_at", Moment, comment="when an operator allowed mails to it again; null: it must not be mailed"),
    Column("lifted_because", Text),
    Column("added_by", Text, comment="provider, mail server, or whoever of the operators did it; null: not known"),
    Column("lifted_by", Text, comment="likewise"),
    comment="Addresses that must not be mailed; outlives the subscriber.",
)

erasures = Table(
    "erasures",
    metadata,
    Column("subscriber_id", Text, primary_key=True),
    Column("since", Moment, nullable=False, comment="when they were taken in"),
    Column("erased_at", Moment, nullable=False, index=True),
    comment="Who was erased, by an id that names nobody any more: a restored backup of before erases them again.",
)
