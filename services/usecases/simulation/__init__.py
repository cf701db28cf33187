"""The demo: some simulated days of the whole system over feed files, the same bytes each time.

Enters: a folder of feeds and a file of subscribers. Leaves: digests as .eml and HTML, and what happened, in numbers.
"""
