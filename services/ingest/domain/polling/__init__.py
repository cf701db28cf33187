"""Polling: what was listed and what is known of it enter; what changed and when to ask again leave."""
