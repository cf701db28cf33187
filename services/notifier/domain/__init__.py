"""What the notifier decides, pure: time, randomness and rates are arguments.

Enters: people, windows and postings as values. Leaves: decisions as values that say why, and their words.
"""
