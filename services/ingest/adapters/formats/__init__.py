"""Feeds' bytes come in; items go out, and drafts of them, by the format of one board or of a family of feeds."""
