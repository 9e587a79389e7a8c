"""Metrics that come with the core: docs/metrics.md says what each is, and what it cannot see."""
