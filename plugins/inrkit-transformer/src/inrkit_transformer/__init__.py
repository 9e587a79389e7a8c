"""Transformers that see a video and write its weights: Trans-INR (2022) and instance pattern composers (2023)."""
