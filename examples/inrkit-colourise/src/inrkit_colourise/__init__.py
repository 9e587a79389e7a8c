"""Colourising: the luminance of a video is seen, its colours asked for."""
