import assert from "node:assert/strict";
import { test } from "node:test";
import { filtersOf, isSame } from "./filters.ts";

test("order, spelling and empty fields do not matter", () => {
  assert.ok(isSame("?q=&family=cups&family=coats", "?family=coats&family=cups"));
  assert.ok(isSame("?q=a+b", "?q=a%20b"));
  assert.ok(isSame("?cursor=x&q=a", "?q=a"));
  assert.ok(!isSame("?q=a", "?q=b"));
  assert.ok(!isSame("?family=cups", "?family=cups&q=a"));
});

test("no filter is none", () => {
  assert.deepEqual(filtersOf("?q=&cursor=abc"), []);
  assert.deepEqual(filtersOf(""), []);
});
