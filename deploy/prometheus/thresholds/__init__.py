"""Alerts of what crosses a bound, by what they are of, each with series by which it fires and does not."""
