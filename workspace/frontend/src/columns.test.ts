import assert from "node:assert/strict";
import { test } from "node:test";
import { named, read, readChoices, spellChoices, tidied, write } from "./columns.ts";

test("what is no list of columns is not read", () => {
  assert.deepEqual(read(""), []);
  for (const text of ["{}", "[", "[1]", "[null]", '[{"code": "a"}]', '[{"code": "a", "type": "select", "choices": [1]}]']) {
    assert.equal(read(text), null);
  }
});

test("what no field shows is kept", () => {
  const text = '[{"code":"width","type":"measurement","unit":"cm","validation":{"min":"1"},"labels":{"de-DE":"Breite"}}]';
  assert.deepEqual(JSON.parse(write(read(text)!)), JSON.parse(text));
  assert.deepEqual(named({ "de-DE": "Breite", "en-GB": "Width" }, "en-GB", " "), { "de-DE": "Breite" });
  assert.deepEqual(named({ "de-DE": "Breite" }, "en-GB", " Width "), { "de-DE": "Breite", "en-GB": "Width" });
});

test("choices are lines", () => {
  const before = [{ code: "s", labels: { "en-GB": "Small", "de-DE": "Klein" } }, { code: "m" }];
  assert.equal(spellChoices(before, "en-GB"), "s = Small\nm");
  assert.deepEqual(readChoices("s = Tiny\n\n l = a = b ", before, "en-GB"), [
    { code: "s", labels: { "de-DE": "Klein", "en-GB": "Tiny" } },
    { code: "l", labels: { "en-GB": "a = b" } },
  ]);
});

test("a type has only its own members", () => {
  const column = { code: "a", type: "text", unit: "cm", choices: [{ code: "s" }] };
  assert.deepEqual(tidied(column), { code: "a", type: "text" });
  assert.deepEqual(tidied({ ...column, type: "measurement" }), { code: "a", type: "measurement", unit: "cm" });
  assert.deepEqual(tidied({ ...column, type: "select" }), { code: "a", type: "select", choices: [{ code: "s" }] });
});
