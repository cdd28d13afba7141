"""The web chat's files on their way out, as its own script holds them, in node and without a page."""

import json
import subprocess
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).parents[3] / "resources" / "webchat" / "uploads.js"
SCENE = """
import { readFileSync } from "node:fs";
const asked = [];
globalThis.XMLHttpRequest = class {
  upload = {};
  open() {}
  setRequestHeader() {}
  abort() { this.onabort(); }
  send(file) {
    asked.push(this);
    this.arrive = () => {
      this.status = 200;
      this.response = { name: file.name };
      this.onload();
    };
  }
};
const source = readFileSync(process.argv[1], "utf8");
const { Uploads } = await import("data:text/javascript," + encodeURIComponent(source));
const limits = { attachments: 5, attachment_bytes: 100, attachment_types: ["text/plain"] };
const memory = { get: () => null, set: () => {} };
const uploads = new Uploads({ limits }, (key) => key, memory, () => "token", () => {});
const file = (name) => ({ name, size: 1, type: "text/plain" });
const names = (choices) => choices.map((choice) => choice.name);
const tell = (sent) => console.log(JSON.stringify({ sent: names(sent), left: names(uploads.chosen) }));
"""


def told(scene: str) -> dict[str, Any]:
    ran = subprocess.run(
        ["node", "--input-type=module", "-e", SCENE + scene, str(SCRIPT)],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    told: dict[str, Any] = json.loads(ran.stdout)
    return told


def test_what_is_dropped_while_a_message_leaves_waits_for_the_next() -> None:
    assert told("""
        uploads.choose([file("a")]);
        const sending = uploads.all();
        uploads.choose([file("b")]);
        asked[0].arrive();
        const sent = await sending;
        uploads.taken(sent);
        tell(sent);
    """) == {"sent": ["a"], "left": ["b"]}


def test_what_is_removed_while_a_message_leaves_does_not_go() -> None:
    assert told("""
        uploads.choose([file("a"), file("b")]);
        const sending = uploads.all();
        uploads.remove(uploads.chosen[0]);
        asked[1].arrive();
        const sent = await sending;
        uploads.taken(sent);
        tell(sent);
    """) == {"sent": ["b"], "left": []}
