"""Plants wrong imports in a copy of the packages and prints which contract each one broke.

A process of its own (python -m tests.architecture.planting, in the copy): import-linter finds
packages as Python does, and in the test's process they are ours already.
"""

import json
import sys
from pathlib import Path

from importlinter import configuration
from importlinter.application import use_cases
from importlinter.application.user_options import UserOptions


def broken(contract: str | None) -> list[str]:
    """The contracts that do not hold now; of one only, where one is named."""
    options = use_cases.read_user_options("pyproject.toml")
    chosen = [each for each in options.contracts_options if contract in {None, each["name"]}]
    use_cases._register_contract_types(options)
    report = use_cases.create_report(UserOptions(options.session_options, chosen), cache_dir=None)
    return [each.name for each, check in report.get_contracts_and_checks() if not check.kept]


def plant(contract: str, files: dict[str, str]) -> list[str]:
    before = {name: Path(name).read_text() if Path(name).exists() else None for name in files}
    for name, code in files.items():
        Path(name).write_text((before[name] or "") + "\n" + code + "\n")
    try:
        return broken(contract)
    finally:
        for name, text in before.items():
            if text is None:
                Path(name).unlink()
            else:
                Path(name).write_text(text)


if __name__ == "__main__":
    configuration.configure()
    contracts = [each["name"] for each in use_cases.read_user_options("pyproject.toml").contracts_options]
    found = [plant(each["contract"], each["files"]) for each in json.load(sys.stdin)]
    json.dump({"contracts": contracts, "unplanted": broken(None), "planted": found}, sys.stdout)
