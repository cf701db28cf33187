"""What an installation shows of itself, in both forms: how its stream fares, and what it stands on.

Enters: settings, the store, the log or Kafka. Leaves: an `Overview` with its troubles, and the diagnoses of `doctor`.
"""
