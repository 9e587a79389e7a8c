"""INR-V (Sen et al., TMLR 2022) for inrkit: one code, ten small networks that make one network, one video."""
