"""What inrkit itself offers, declared through the same hooks as anybody's plugin."""
