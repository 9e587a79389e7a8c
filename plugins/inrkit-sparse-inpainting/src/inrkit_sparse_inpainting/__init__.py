"""Sparse inpainting: a few scattered pixels are seen, the whole video asked for."""
