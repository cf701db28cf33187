"""Feeds' bytes and an operator's mapping come in; items go out, and drafts of them."""
