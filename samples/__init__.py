"""Invented feeds and subscribers for the demo.

Enters: material/, what employers look for and what texts are put together of (`python -m samples.make`). Leaves: feeds/,
one file a board. subscribers.jsonl and happenings.jsonl, who they are and what they do meanwhile, are written by hand.
Companies, jobs and people are invented; any likeness is chance.
"""
