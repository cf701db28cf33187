"""The whole stream at one time, in both forms.

Enters: settings, the store, the log or Kafka. Leaves: an `Overview`, and what is not well with what to do about it.
"""
