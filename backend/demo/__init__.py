"""An invented company, made through commands and the doors for secrets and passwords; again, it changes nothing."""

from backend.demo.seeding import SignInData, seed

__all__ = ["SignInData", "seed"]
