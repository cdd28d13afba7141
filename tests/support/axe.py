"""Deque's axe-core, in a page that runs under its own policy: what it says against WCAG A and AA."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Frame, Page

SCRIPT = Path("build/npm/node_modules/axe-core/axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


async def violations(page: Page | Frame) -> list[str]:
    """One line for each violation: the rule, and the elements that break it."""
    if not SCRIPT.exists():
        pytest.fail("npm's axe-core is not in build/npm: `make test` installs it.")
    await page.evaluate(SCRIPT.read_text(encoding="utf-8") + "; undefined")  # past the page's policy, as a tool may
    found: dict[str, Any] = await page.evaluate(
        "(tags) => axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false})",
        TAGS,
    )
    return [
        f"{one['id']}: {', '.join(str(node['target']) + ' ' + node['failureSummary'] for node in one['nodes'])}"
        for one in found["violations"]
    ]
