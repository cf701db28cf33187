"""Kafka behind the ports of `services.runtime.records`: producing, reading, topics, dead letters and lag."""
