"""kill -9 of desktops and server while everybody talks: nothing is lost, doubled or out of order, and all sides agree.

The short one; `make campaign-kill` runs it in full.
"""

from pathlib import Path

import pytest

from omnix_load.scenarios import Campaign, kill


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_nothing_is_lost_when_everything_is_killed(tmp_path: Path) -> None:
    seed = 20260316
    campaign = Campaign(tmp_path, agents=3, customers=4, seed=seed)
    report = await kill(campaign, desktop=6, server=4)
    print(f"seed {seed}: {report.counts}")
    assert report.wrong == []
    assert report.counts["said by customers"] > 0
    assert report.counts["sent by agents"] > 0
