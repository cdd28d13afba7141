"""python -m tests.simulators: a Telegram of our own, and customers who keep writing over Telegram and web chat."""

import argparse
import asyncio
import contextlib
import random
import signal

from backend.demo.seeding import TELEGRAM_TOKEN, WEBCHAT_ROUTE
from tests.simulators.customers import Crowd, Pace
from tests.simulators.telegram import TelegramSimulator
from tests.support.serving import serving


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulators", description=__doc__)
    parser.add_argument("--server", default="http://127.0.0.1:8765", help="where omnix-server serves")
    parser.add_argument("--port", type=int, default=8766, help="of the Telegram simulator")
    parser.add_argument("--rate", type=float, default=6, help="new conversations a minute; 0: nobody writes")
    parser.add_argument("--most", type=int, default=12, help="customers at once")
    parser.add_argument("--typing", type=float, default=3, help="seconds that a customer types")
    parser.add_argument("--route", default=WEBCHAT_ROUTE, help="of the web chat")
    parser.add_argument("--token", default=TELEGRAM_TOKEN, help="of the Telegram bot")
    parser.add_argument("--dice", type=int, help="the same number gives the same customers")
    return parser.parse_args()


async def run(asked: argparse.Namespace) -> None:
    """Until told to stop."""
    simulator = TelegramSimulator()
    pace = Pace(asked.typing, random.Random(asked.dice))
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving(simulator.app, asked.port) as address:
        crowd = Crowd(asked.server, asked.route, simulator, asked.token, pace, asked.most)
        writing = asyncio.create_task(crowd.keep_writing(asked.rate) if asked.rate > 0 else stop.wait())
        print(f"Telegram simulator on {address}; customers write to {asked.server}", flush=True)
        await stop.wait()
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
    await simulator.close()


if __name__ == "__main__":
    asyncio.run(run(options()))
