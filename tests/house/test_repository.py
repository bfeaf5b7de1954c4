"""What lies in the repository: no traces of a machine, locks with hashes, every variable explained."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from .tree import ROOT, Finding, calls, imports, is_in, show, sources, tracked

# Written in two parts, so that this file does not find itself.
MACHINE = re.compile(r"/" + r"work/(?:main|shared|wt-|\.)|/" + r"farm/|file:///" + r"home/")
ADDRESS = re.compile(r"://|^\s*(?:-i|--(?:extra-)?index-url|--find-links|-f)\b", re.MULTILINE)
PIN = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==")
ENVIRONMENT_HOMES = {
    "config": "reads the environment and starts processes with it",
    "delivery/asgi/__init__.py": "an entry point like config/wsgi.py: names the settings when nobody did",
}


def texts() -> Iterator[tuple[str, str]]:
    for name in tracked():
        try:
            yield name, (ROOT / name).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # pictures, fonts, workbooks


def machine_paths(path: str, text: str) -> list[Finding]:
    return [(path, text.count("\n", 0, hit.start()) + 1, hit[0]) for hit in MACHINE.finditer(text)]


def lock_faults(path: str, text: str) -> list[str]:
    """Requirements without a hash, and addresses, which tie a lock to one registry."""
    found = [f"{path}: {hit[0].strip()} is an address" for hit in ADDRESS.finditer(re.sub(r"#.*", "", text))]
    logical = text.replace("\\\n", " ").splitlines()
    for line in logical:
        if line.strip() and not line.lstrip().startswith("#"):
            if not PIN.match(line):
                found.append(f"{path}: {line[:60]!r} is not pinned")
            elif "--hash=sha256:" not in line:
                found.append(f"{path}: {line[:60]!r} has no hash")
    return found


def npm_lock_faults(path: str, text: str) -> list[str]:
    packages = json.loads(text).get("packages", {})
    found = [f"{path}: {name} has an address" for name, entry in packages.items() if "://" in entry.get("resolved", "")]
    return found + [
        f"{path}: {name} has no hash"
        for name, entry in packages.items()
        if name and not entry.get("link") and "integrity" not in entry
    ]


def reads_environment(path: str, source: str) -> list[Finding]:
    found = [(path, line, name) for line, name in imports(source) if name in {"os.environ", "os.getenv"}]
    found += [(path, node.lineno, dotted) for node, _, dotted in calls(source) if dotted.startswith("os.environ.")]
    found += [(path, node.lineno, dotted) for node, _, dotted in calls(source) if dotted == "os.getenv"]
    return found


def unexplained(names: set[str], docs: str) -> set[str]:
    return {name for name in names if not re.search(rf"\b{re.escape(name)}\b", docs)}


def test_no_file_knows_the_machine() -> None:
    found = [hit for name, text in texts() for hit in machine_paths(name, text)]
    assert not found, show(found)


def test_what_runs_is_what_is_tested() -> None:
    """A package that both locks name has one version, or the second lock cannot be installed over the first."""
    runtime, dev = (
        dict(
            re.findall(r"^([\w-]+)(?:\[[^]]*\])?==(\S+)", (ROOT / f"requirements/{name}.txt").read_text(), re.MULTILINE)
        )
        for name in ("runtime", "dev")
    )
    assert runtime
    assert {name: version for name, version in runtime.items() if dev.get(name) != version} == {}


def test_locks_have_hashes_and_no_addresses() -> None:
    locks = {name: text for name, text in texts() if re.fullmatch(r"requirements/[^/]+\.txt", name)}
    assert {"requirements/runtime.txt", "requirements/dev.txt"} <= set(locks)
    assert not [fault for name, text in locks.items() for fault in lock_faults(name, text)]
    npm_locks = {name: text for name, text in texts() if name.endswith("package-lock.json")}
    assert not [fault for name, text in npm_locks.items() for fault in npm_lock_faults(name, text)]


def test_only_config_reads_the_environment() -> None:
    found = [
        hit for path, text in sources() if not is_in(path, ENVIRONMENT_HOMES) for hit in reads_environment(path, text)
    ]
    assert not found, show(found)


def test_docs_explain_every_variable() -> None:
    from config.env import REGISTRY

    docs = "\n".join(text for name, text in texts() if name == "README.md" or re.fullmatch(r"docs/[^/]+\.md", name))
    assert not unexplained(set(REGISTRY), docs)


def test_the_scanners_fire() -> None:
    assert machine_paths("x", "a\ncd /" + "work/main") == [("x", 2, "/" + "work/main")]
    assert not machine_paths("x", "https://example.org/work/items workspace/templates")
    assert len(lock_faults("x", "--index-url https://pypi.example/simple\na==1 \\\n    --hash=sha256:ab\nb==2\n")) == 4
    assert not lock_faults("x", "# by https://example\na==1 \\\n    --hash=sha256:ab\n")
    lock = {"packages": {"": {}, "a": {"resolved": "https://r.example/a.tgz", "integrity": "x"}, "b": {}}}
    assert npm_lock_faults("x", json.dumps(lock)) == ["x: a has an address", "x: b has no hash"]
    assert len(reads_environment("x.py", "import os\nos.environ.get('A')\nos.getenv('B')\nfrom os import environ")) == 3
    assert unexplained({"PORT", "PORTS"}, "`PORTS` many") == {"PORT"}
