"""Inpainting: a part of the picture is hidden, and asked for."""
