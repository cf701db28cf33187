"""The contracts: every message, document and table that crosses a process.

Enters: nothing. Leaves: frozen pydantic models, the topic list and the codecs that all services share.
"""
