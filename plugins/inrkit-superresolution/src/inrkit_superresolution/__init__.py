"""Superresolution: what a sensor of few pixels sees of a video is known, the large video asked for."""
