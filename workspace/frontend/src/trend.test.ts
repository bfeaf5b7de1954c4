import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, height, read, width, words } from "./trend.ts";

test("cells become numbers", () => {
  const trend = read([["2026-11-25", "82.1", "40"]]);
  assert.deepEqual(trend, { days: [Date.UTC(2026, 10, 25) / 1000], filled: [82.1], complete: [40] });
  assert.equal(words(trend, 0), "25 Nov 2026: 82.1% of values filled, 40% of products complete");
});

test("one day stands in the middle of a week, several from the first to the last", () => {
  assert.deepEqual(width([10 * DAY]), [7 * DAY, 13 * DAY]);
  assert.deepEqual(width([10 * DAY, 11 * DAY]), [10 * DAY, 11 * DAY]);
});

test("the height ends at 100 and begins at the ten below the lowest, at 80 the latest", () => {
  assert.deepEqual(height([82, 90], [40.5]), [30, 100]);
  assert.deepEqual(height([99, 100], [99]), [80, 100]);
  assert.deepEqual(height([0], [0]), [0, 100]);
  assert.deepEqual(height([], []), [80, 100]);
});
