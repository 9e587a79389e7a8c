"""NeRV and HNeRV: videos painted frame by frame by a convolutional decoder."""
