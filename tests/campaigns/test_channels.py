"""A short run of the campaign; the long one is `make campaign-channels`."""

from pathlib import Path

import pytest

from tests.campaigns.channels import Plan, campaign


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_nothing_is_lost_doubled_or_moved_when_the_server_is_killed_at_work(tmp_path: Path) -> None:
    kinds = ("telegram", "line", "messenger", "sms", "webchat", "voice", "bot")
    plan = Plan(126, 40, kills=2, seed=11, kinds=kinds, repeated=0.15, reordered=0.15, failing=0.1, seconds=240)
    verdict = await campaign(plan, tmp_path)
    assert not verdict.broken, str(verdict)
    assert (verdict.inbound, verdict.killed) == (126, 2)
    assert verdict.outbound == 40 + 18  # and the bot's
    assert all((verdict.repeats, verdict.overtaken, verdict.failed)), str(verdict)
