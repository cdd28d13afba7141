"""The door to the simulators: what is there, and troubles on demand.

curl http://127.0.0.1:8780/                                 what is there; 503 until everybody is connected
curl -d 'line=429,x=503:10%' http://127.0.0.1:8780/faults   these from now on; with nothing, none
"""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.simulators.mishaps import Asked, Unable, asked
from tests.simulators.town.places import Place


class Door:
    """`words` tell what is there; `ready` once the server knows it."""

    def __init__(self, places: Sequence[Place], words: Sequence[str]) -> None:
        self._places = {place.kind: place for place in places}
        self._words = words
        self._now: list[Asked] = []
        self.ready = False
        routes = [Route("/", self._show), Route("/faults", self._faults, methods=["GET", "POST"])]
        self.app = Starlette(routes=routes)

    def ask(self, text: str) -> None:
        """These troubles and no others from now on. Raises Unable."""
        wanted = asked(text)
        for one in wanted:
            if one.place not in self._places:
                raise Unable(f"There is no simulator “{one.place}”; there are {', '.join(sorted(self._places))}.")
        while self._now:
            ended = self._now.pop()
            self._places[ended.place].trouble(ended.what, 0)
        for one in wanted:
            self._places[one.place].trouble(one.what, one.share)
            self._now.append(one)

    async def _show(self, _: Request) -> Response:
        return PlainTextResponse("\n".join(self._words) + "\n", 200 if self.ready else 503)

    async def _faults(self, request: Request) -> Response:
        if request.method == "POST":
            try:
                self.ask((await request.body()).decode("utf-8", "replace"))
            except Unable as unable:
                return PlainTextResponse(f"{unable}\n", 400)
        told = ",".join(f"{one.place}={one.what}:{one.share:.0%}" for one in self._now)
        return PlainTextResponse(f"{told or 'no faults'}\n")
