"""Functa for inrkit: one sine network for all videos, modulated by each."""
