"""A source's address comes in; its bytes go out, or why there are none."""
