"""The same invented people every time: the number says who it is."""

import random

from backend.demo.talks import FIRST, LAST

CUSTOMERS = 40
"""Of each provider; then the first one writes again."""


def name(number: int) -> str:
    dice = random.Random(number % CUSTOMERS)
    return f"{dice.choice(FIRST)} {dice.choice(LAST)}"


def phone(number: int) -> str:
    """With its country code and no plus."""
    return f"62811900{number % CUSTOMERS:05}"


def handle(number: int) -> str:
    return f"{name(number).lower().replace(' ', '.')}{number % CUSTOMERS}"
