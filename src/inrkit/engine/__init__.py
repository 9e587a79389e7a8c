"""What turns videos into a trained space of videos. It knows the doors, not the methods or tasks behind them."""
