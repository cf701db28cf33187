"""The portal's tables: ways in, letters, jobs that are tracked, tokens of the API. All that is of a person goes with
the person."""

from sqlalchemy import Column, ForeignKey, Table, Text

from schemas.sql.base import Moment, Serial, metadata

MOST_SIGN_UPS = 100_000
"""That wait at once: more are an attack, and are not kept."""

sign_ups = Table(
    "sign_ups",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="of what stands in the link that confirms it"),
    Column("address", Text, nullable=False),
    Column("address_hash", Text, nullable=False, unique=True, comment="one at a time for an address"),
    Column("wanted", Text, nullable=False, comment="profile and search, a JSON object"),
    Column("wording", Text, nullable=False, comment="what stands beside the button that confirms it"),
    Column("expires_at", Moment, nullable=False, index=True),
    comment="What somebody wished for whose address nobody has confirmed yet.",
)

new_addresses = Table(
    "new_addresses",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="of what stands in the link that confirms it"),
    Column(
        "subscriber_id",
        ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
        comment="one at a time",
    ),
    Column("address", Text, nullable=False),
    Column("wording", Text, nullable=False, comment="what stands beside the button that confirms it"),
    Column("expires_at", Moment, nullable=False, index=True),
    comment="Addresses at which subscribers want to be mailed, until they confirm there that they have them.",
)

other_addresses = Table(
    "other_addresses",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), primary_key=True),
    Column("address_hash", Text, primary_key=True, comment="keyed hash of the folded address"),
    comment="Addresses that a subscriber had before or asked for: mails to these in a folder go with the subscriber.",
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires_at", Moment, nullable=False, index=True),
    comment="Links that sign somebody in, once.",
)

sessions = Table(
    "sessions",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("began_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("agent", Text, nullable=False, comment="what the browser calls itself, to tell sessions apart"),
)

letters = Table(
    "letters",
    metadata,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("address_hash", Text, nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("letter_id", Text, index=True, comment="what mailers and mail providers know it by; null: not known"),
    Column("kind", Text, comment="what it says"),
    Column("state", Text, comment="sending, accepted, failed, not_sent or unknown, as of deliveries"),
    Column("fault", Text, comment="why it was not accepted, by kind"),
    Column("to_hash", Text, comment="keyed hash of the folded address; forgotten after a day, like the other"),
    sqlite_autoincrement=True,
    comment="When an address was mailed a link of late, so that nobody can flood it; forgotten after a day.",
)

tracked_jobs = Table(
    "tracked_jobs",
    metadata,
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), primary_key=True),
    Column("posting_id", Text, primary_key=True),
    Column("title", Text, nullable=False, comment="as it was when it was saved, like company and url"),
    Column("company", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("saved_at", Moment, nullable=False),
    Column("applied_on", Text, comment="an ISO date, by the reader's own clock; null: not applied for"),
    Column("closed_told_at", Moment, comment="when a mail said that it is closed, or it was known; null: not yet"),
    comment="Jobs that a subscriber saved or applied for; the posting itself may be forgotten before.",
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True, comment="of the token, of which the store knows no more"),
    Column("subscriber_id", ForeignKey("subscribers.subscriber_id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False, comment="as its owner calls it"),
    Column("scopes", Text, nullable=False, comment="what it may do, a JSON list"),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_on", Text, comment="the ISO date of its last use, UTC; null: not used yet"),
    comment="Tokens by which programs of a subscriber use the API.",
)
