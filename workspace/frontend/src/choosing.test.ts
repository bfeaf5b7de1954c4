import assert from "node:assert/strict";
import { test } from "node:test";
import { matches, words } from "./choosing.ts";

const CHOICES = [
  { value: "AT", label: "Austria" },
  { value: "DE", label: "Germany" },
  { value: "GE", label: "Georgia" },
  { value: "US", label: "United States" },
];

test("words are told apart by commas, each once", () => {
  assert.deepEqual(words(" DE, AT,,DE , "), ["DE", "AT"]);
  assert.deepEqual(words(""), []);
});

test("the exact one comes first, then those that begin so, then those that hold it", () => {
  const found = (typed: string, chosen: string[] = []) => matches(CHOICES, typed, chosen).map(({ value }) => value);
  assert.deepEqual(found("ge"), ["GE", "DE"]);
  assert.deepEqual(found("us"), ["US", "AT"]);
  assert.deepEqual(found("ger"), ["DE"]);
  assert.deepEqual(found("ge", ["GE"]), ["DE"]);
  assert.deepEqual(found("nowhere"), []);
});
