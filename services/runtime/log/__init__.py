"""The log of the embedded form: records enter, in one SQLite file; the same records, numbered and in order, leave."""
