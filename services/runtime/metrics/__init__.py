"""Metrics of a process: what runners and services tell of their work enters; one registry for Prometheus leaves."""
