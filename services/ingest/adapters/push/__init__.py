"""Requests that push postings come in over HTTP; records go out to the pusher, and an answer for each to the client."""
