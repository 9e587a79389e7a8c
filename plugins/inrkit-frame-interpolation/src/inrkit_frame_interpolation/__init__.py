"""Frame interpolation: a few frames of a clip are seen, those between them asked for."""
