"""Frame prediction: the first frames of a clip are seen, the others asked for."""
