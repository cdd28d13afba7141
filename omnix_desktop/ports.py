"""What screens and actions may ask of the rest, as Protocols; app.py hands in the parts."""
