/* The text of a certificate's QR code: what it says, and whether its signature is right. Knows no
   page. Python reads the same (app/certificates/issued/signed_text.py, app/base/words/dense_text.py); one file of
   examples keeps both to it: tests/vectors/certificate_texts.json. */
"use strict";
globalThis.CertificateText = (() => {
  const SYLLABLES =
    "на |вич |вна |ро|ан|ст|ер|ор|но|а |ль|на|ни|я |ен|и |ар|го|те|ия|от|ка|ли|ри|он|е |ет|ра|ов|ин|то|ал|ел|ти|ла|ди|р |: | д| п| в |ый |кий |ский |ческий |ная |рофесси|олледж|технологи|еспублик|Калмы|СОШ № |класс|курс| им. | имени |джи|евич |евна |ович |овна |ент|мастер|ный |ик| с|ле|ци|редпри|ес|ит|ас".split(
      "|",
    );
  const RUSSIAN = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя";
  const KALMYK = "ӘәҺһҖҗҢңӨөҮү";
  const SIGNS = "«»„“—–№…’";
  const ASCII = Array.from({ length: 95 }, (_, place) => String.fromCharCode(32 + place));
  const TABLE = [
    ...SYLLABLES.slice(0, 30),
    ...ASCII,
    ...SYLLABLES.slice(30),
    ...RUSSIAN,
    ...KALMYK,
    ...SIGNS,
  ];
  const KINDS = { 1: "participant", 2: "diploma", 3: "thanks", 4: "hours" };
  const TEXT = /\/verify\/([^/#?]{1,40})(?:#([0-9]*))?$/;
  const SHAPES = {
    А: "A",
    В: "B",
    Е: "E",
    К: "K",
    М: "M",
    Н: "H",
    Р: "P",
    С: "C",
    Т: "T",
    У: "Y",
    Х: "X",
  };

  const ascii = (text) => new TextEncoder().encode(text);
  const fromHex = (hex) => Uint8Array.from(hex.match(/../g) || [], (two) => parseInt(two, 16));
  const asHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  const fromBase64 = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const asCode = (typed) =>
    decodeURIComponent(typed)
      .toUpperCase()
      .replace(/./gu, (sign) => SHAPES[sign] || sign)
      .replace(/[^\p{L}\p{N}]/gu, "");

  function bytesOf(digits) {
    const hex = BigInt(digits).toString(16);
    return fromHex(hex.length % 2 ? `0${hex}` : hex);
  }

  // What was signed, from the bytes before the signature. Throws when it is something else.
  function read(payload) {
    let place = 8;
    function number() {
      for (let found = 0, step = 0; step < 5; step++) {
        const byte = payload[place++];
        if (byte === undefined) break;
        found += (byte & 127) * 2 ** (7 * step);
        if (byte < 128) return found;
      }
      throw new Error("no number");
    }
    function text() {
      let found = "";
      for (;;) {
        const byte = payload[place++];
        if (byte === undefined) throw new Error("no end");
        if (byte === 0) return found;
        if (byte === 1) {
          const first = payload[place];
          const length = 1 + (first >= 0xc0) + (first >= 0xe0) + (first >= 0xf0);
          found += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
            payload.slice(place, place + length),
          );
          place += length;
        } else found += TABLE[byte - 2];
      }
    }
    if (payload.length < 8 || payload[0] >> 4 !== 1 || !KINDS[payload[0] & 15])
      throw new Error("no payload");
    const said = { kind: KINDS[payload[0] & 15], keyId: asHex(payload.slice(1, 5)) };
    const year = 2000 + payload[5];
    said.issued = new Date(Date.UTC(2020, 0, 1 + payload[6] * 256 + payload[7]));
    said.number = `${number()}/${year}`;
    said.hours = number() || "";
    for (const name of ["organization", "event", "holder", "result"]) said[name] = text();
    if (place !== payload.length) throw new Error("something after the end");
    return said;
  }

  async function check(code, digits, keys) {
    if (!digits) return { answer: "unsigned" };
    if (digits.length > 2000 || digits.startsWith("0")) return { answer: "unreadable" };
    const bytes = bytesOf(digits);
    const payload = bytes.slice(0, -64);
    let said;
    try {
      said = read(payload);
    } catch {
      return { answer: "unreadable" };
    }
    if (!Object.hasOwn(keys, said.keyId)) return { answer: "unknown-key" };
    const message = Uint8Array.from([...ascii(`orientir certificate\0${code}\0`), ...payload]);
    try {
      const key = await crypto.subtle.importKey(
        "raw",
        fromBase64(keys[said.keyId]),
        "Ed25519",
        false,
        ["verify"],
      );
      const isRight = await crypto.subtle.verify("Ed25519", key, bytes.slice(-64), message);
      return isRight
        ? { answer: "right", said: { ...said, code: code.match(/.{1,4}/g).join("-") }, payload }
        : { answer: "wrong" };
    } catch {
      return { answer: "unsupported" }; // an old browser, or a page that came without encryption
    }
  }

  // A whole text, as a phone or a scanner gave it. «keys»: public keys in base64 by their id.
  async function checkText(text, keys) {
    const found = TEXT.exec(text.replace(/\s/g, ""));
    return found ? check(asCode(found[1]), found[2], keys) : { answer: "unreadable" };
  }

  return { asHex, bytesOf, check, checkText };
})();
