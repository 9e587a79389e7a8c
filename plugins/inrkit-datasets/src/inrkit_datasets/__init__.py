"""Data sets by name, prepared as INR-V prepared them, from a copy of your own."""
