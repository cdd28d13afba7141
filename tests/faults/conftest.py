"""An office on each database."""

from tests.backend.domain.conftest import company, place

__all__ = ["company", "place"]
