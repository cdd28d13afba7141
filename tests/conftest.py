"""What every test has: a Qt that needs no screen, and the fixtures of tests/support."""

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
