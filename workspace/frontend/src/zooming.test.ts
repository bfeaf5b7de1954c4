import assert from "node:assert/strict";
import { test } from "node:test";
import { aim, settle } from "./zooming.ts";

test("a smaller picture is centred, a larger one covers its stage", () => {
  assert.equal(settle(999, 100, 300), 100);
  assert.equal(settle(50, 400, 300), 0);
  assert.equal(settle(-500, 400, 300), -100);
  assert.equal(settle(-40, 400, 300), -40);
});

test("what is under the pointer stays there", () => {
  const point = 120;
  const before = -30;
  const after = aim(before, point, 2);
  assert.equal((point - after) / 2, point - before);
});
