"""The whole stream at one time.

Enters: the store, the log or Kafka. Leaves: an `Overview`, and its troubles with what to do about each.
"""
