/* The script of the pages reads the QR code of a certificate as Python does: the same examples. */
const assert = require("node:assert/strict");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");
const { test } = require("node:test");

require("../../static/js/certificate-text.js");

const vectors = join(__dirname, "..", "vectors", "certificate_texts.json");
const { keys, examples } = JSON.parse(readFileSync(vectors, "utf-8"));

for (const { about, text, answer, said } of examples) {
  test(about, async () => {
    const verdict = await globalThis.CertificateText.checkText(text, keys);
    assert.equal(verdict.answer, answer);
    if (!said) return;
    const found = Object.fromEntries(
      Object.keys(said).map((name) => [name, String(verdict.said[name])]),
    );
    found.issued = verdict.said.issued.toISOString().slice(0, 10);
    assert.deepEqual(found, said);
  });
}

test("the examples are there", () => assert.ok(examples.length > 20));
