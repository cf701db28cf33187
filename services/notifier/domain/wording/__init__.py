"""What a digest says, in its reader's language; what is said of facts alone is in `services.wording`.

Enters: a `Digest` and the words of a language. Leaves: lines and addresses, ready for any template.
"""
