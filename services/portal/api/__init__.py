"""The JSON API: all that the portal does but for signing in, erasing and another address, for programs with a token.

Enters: requests with a bearer token. Leaves: JSON, problems by RFC 9457, entity tags, and the OpenAPI document.
"""
