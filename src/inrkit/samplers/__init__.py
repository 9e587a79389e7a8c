"""Samplers that come with the core."""
