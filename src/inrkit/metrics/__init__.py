"""Metrics that come with the core."""
