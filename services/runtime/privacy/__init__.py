"""Texts that may name people or hold our secrets enter; the same without them leaves."""
