"""What the operating system offers, and what happens where it does not."""
