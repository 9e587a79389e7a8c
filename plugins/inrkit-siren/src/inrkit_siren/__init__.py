"""SIREN (Sitzmann et al., NeurIPS 2020) and Fourier features (Tancik et al., NeurIPS 2020) for inrkit."""
