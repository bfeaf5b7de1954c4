import assert from "node:assert/strict";
import { test } from "node:test";
import { between, Selection, step } from "./selection.ts";

test("single things are chosen and let go", () => {
  const selection = new Selection();
  selection.set(["a", "b"], true);
  selection.set(["a"], false);
  assert.deepEqual([selection.listed, selection.count(9), selection.has("a"), selection.has("b")], [["b"], 1, false, true]);
});

test("everything but some", () => {
  const selection = new Selection();
  selection.set(["a"], true);
  selection.takeEverything();
  selection.set(["b", "c"], false);
  selection.set(["c"], true);
  assert.deepEqual([selection.listed, selection.count(9), selection.has("a"), selection.has("b")], [["b"], 8, true, false]);
  selection.clear();
  assert.deepEqual([selection.everything, selection.count(9)], [false, 0]);
});

test("a range runs either way", () => {
  const order = ["a", "b", "c", "d"];
  assert.deepEqual(between(order, "d", "b"), ["b", "c", "d"]);
  assert.deepEqual(between(order, "gone", "b"), ["b"]);
  assert.deepEqual(between(order, "a", "gone"), []);
});

test("arrows know the grid", () => {
  assert.equal(step("ArrowDown", 1, 10, 4), 5);
  assert.equal(step("ArrowDown", 7, 10, 4), 9, "to the last of a short row");
  assert.equal(step("ArrowDown", 9, 10, 4), -1, "behind the end");
  assert.equal(step("ArrowUp", 2, 10, 4), 2);
  assert.equal(step("ArrowRight", 3, 10, 4), 4);
  assert.equal(step("ArrowRight", 3, 10, 1), 3, "a table has no right");
  assert.equal(step("End", 3, 10, 4), 9);
});
