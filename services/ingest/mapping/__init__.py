"""Feeds that an operator maps to posting fields: settings and rows of a feed in, drafts out.

`adapters.mapped` cuts the feeds; nothing here reads a file, but `files`.
"""
