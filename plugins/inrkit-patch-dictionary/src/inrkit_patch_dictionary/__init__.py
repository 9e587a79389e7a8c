"""Videos as coefficients of a shared dictionary of patches, for inrkit: a still picture, and what moves in it."""
