import assert from "node:assert/strict";
import { test } from "node:test";
import { moved } from "./grid.ts";

const SIZE = { rows: 3, columns: 4 };

test("arrows lead to the next cell, and to none past the edge", () => {
  assert.deepEqual(moved({ row: 1, column: 1 }, "ArrowDown", SIZE), { row: 2, column: 1 });
  assert.deepEqual(moved({ row: 1, column: 1 }, "ArrowLeft", SIZE), { row: 1, column: 0 });
  assert.equal(moved({ row: 0, column: 0 }, "ArrowUp", SIZE), null);
  assert.equal(moved({ row: 2, column: 3 }, "ArrowRight", SIZE), null);
});

test("Home and End lead to the ends of the row", () => {
  assert.deepEqual(moved({ row: 1, column: 1 }, "End", SIZE), { row: 1, column: 3 });
  assert.equal(moved({ row: 1, column: 0 }, "Home", SIZE), null);
  assert.equal(moved({ row: 1, column: 1 }, "x", SIZE), null);
});
