import assert from "node:assert/strict";
import { test } from "node:test";
import { read, remember } from "./recent.ts";

const visit = (url: string) => ({ url, label: url, note: "" });

test("the newest stands first, each once, and six are kept", () => {
  let visits = [visit("/a/")];
  for (const url of ["/b/", "/c/", "/d/", "/e/", "/f/", "/g/", "/b/"]) {
    visits = remember(visits, visit(url));
  }
  assert.deepEqual(visits.map((one) => one.url), ["/b/", "/g/", "/f/", "/e/", "/d/", "/c/"]);
});

test("what is no list of visits counts as none", () => {
  for (const text of [null, "", "{", "7", '{"url": "/a/"}', "[null]", '[{"url": 7}]', '[{"url": "javascript:x"}]']) {
    assert.deepEqual(read(text), []);
  }
});
