import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, due, fingerprint, isJunk, type Item, outcomes, type State, sum } from "./queue.ts";

function item(state: State, sent = 0, size = 10): Item {
  return { path: "a", size, fingerprint: "", file: null, state, sent, note: "", url: "", outcome: null };
}

test("no more than three are on their way", () => {
  const items = [item("sending"), item("up", 10), item("sending"), item("waiting"), item("waiting")];
  assert.deepEqual(due(items, 3), [items[3]]);
  assert.deepEqual(due([item("paused"), item("failed")], 3), []);
  assert.deepEqual(due([item("sending"), item("sending"), item("sending"), item("sending"), item("waiting")], 3), []);
});

test("refused files count for nothing", () => {
  const items = [item("up", 10), item("sending", 5), item("missing", 3), item("refused", 0, 99), item("paused")];
  assert.deepEqual(sum(items), { files: 4, up: 1, sent: 18, size: 40, busy: 1, stopped: 2 });
});

test("what systems leave in folders stays out", () => {
  assert.deepEqual(["a/.DS_Store", ".git/a.jpg", "x/Thumbs.db", "a/b.jpg"].map(isJunk), [true, true, true, false]);
});

test("a file is known again by name, size and time", () => {
  assert.equal(fingerprint("shoot/a.jpg", { size: 5, lastModified: 7 }), "shoot/a.jpg|5|7");
});

test("sizes and outcomes in words", () => {
  assert.deepEqual([999, 1500, 12_300_000, 2_000_000_000].map(bytes), ["999 B", "1.5 kB", "12.3 MB", "2.0 GB"]);
  const one = item("up");
  one.outcome = { state: "duplicate", reason: "", asset: null };
  assert.equal(outcomes([one]), "0 new, 1 duplicate");
});
