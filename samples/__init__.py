"""Invented feeds and subscribers for the demo.

Enters: nothing but a seed (`python -m samples.make`). Leaves: feeds/, one file a board, and subscribers.jsonl.
Companies, jobs and people are invented; any likeness is chance.
"""
