import assert from "node:assert/strict";
import { test } from "node:test";
import { moved, same } from "./order.ts";

test("one moves, the others keep their order", () => {
  assert.deepEqual(moved(["a", "b", "c", "d"], 0, 2), ["b", "c", "a", "d"]);
  assert.deepEqual(moved(["a", "b", "c", "d"], 3, -1), ["a", "b", "d", "c"]);
});

test("nothing leaves the list", () => {
  const list = ["a", "b"];
  assert.equal(moved(list, 0, -1), list);
  assert.equal(moved(list, 1, 1), list);
  assert.equal(moved(list, -1, 1), list);
});

test("the same is the same in order", () => {
  assert.ok(same(["a", "b"], ["a", "b"]));
  assert.ok(!same(["a", "b"], ["b", "a"]));
  assert.ok(!same(["a"], ["a", "b"]));
});
