"""`python -m tests.protocol.golden`: write what is new into the newest version's files; the rest stays as it is."""

import json

from tests.protocol.golden.kept import NEWEST, SECTIONS, examples, read, write

for section in SECTIONS:
    kept = read(NEWEST, section)
    fresh = {name: body for name, body in examples(section).items() if name not in kept}
    if fresh:
        write(NEWEST, section, kept | fresh)
        print(f"{section}: {len(fresh)} new")
    for name, body in examples(section).items():
        if name in kept and kept[name] != body:
            print(f"{section}: {name} is another now: {json.dumps(body)[:100]}")
