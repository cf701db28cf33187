"""GET and POST to servers that may be hostile: an address enters; a bounded answer, or why there is none, leaves."""
