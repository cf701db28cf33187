"""The embedded form: every service in one process over SQLite."""
