"""A service at work, whoever runs it: records of a log enter; records produced, dead letters and offsets leave."""
