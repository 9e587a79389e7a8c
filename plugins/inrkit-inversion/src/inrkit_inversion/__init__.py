"""Inversion: the place of a video in the space of a run."""
