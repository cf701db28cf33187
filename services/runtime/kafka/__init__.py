"""Kafka behind the ports of `services.runtime.records`.

Enters: records and settings. Leaves: records read, offsets committed, topics, dead letters and lag.
"""
