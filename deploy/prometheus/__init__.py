"""What Prometheus is told. Enters: the metrics that there are. Leaves: `rules.yaml`: alerts and recorded ratios."""
