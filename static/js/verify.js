/* Whether the signature of a certificate is right, found out in the browser: of the QR code whose
   address was opened (the signed part stands behind «#», which is never sent), or of a text that
   was pasted. The same as app/documents/signed_text.py and app/dense_text.py. */
"use strict";
(() => {
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
    const issued = new Date(Date.UTC(2020, 0, 1 + payload[6] * 256 + payload[7]));
    said.issued = issued.toLocaleDateString(document.documentElement.lang, {
      dateStyle: "long",
      timeZone: "UTC",
    });
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

  const part = document.querySelector("[data-signature]");
  if (!part) return;
  const keys = JSON.parse(part.dataset.keys);
  const template = (which) => part.querySelector(`template[data-${which}]`).content;

  function show({ answer, said }) {
    const box = document.createElement("div");
    const words = part.querySelector(`template[data-answer="${answer}"]`);
    box.className = `o-box o-${words.dataset.tone}`;
    box.append(words.content.cloneNode(true));
    const list = document.createElement("div");
    if (said) {
      list.append(template("list").cloneNode(true));
      for (const place of list.querySelectorAll("[data-said]")) {
        const name = place.dataset.said;
        place.textContent =
          name === "kind" ? template(`kind="${said.kind}"`).textContent : said[name];
        if (!place.textContent) place.parentElement.remove();
      }
    }
    part.querySelector("[data-shown]").replaceChildren(box, list);
  }

  // The page of a certificate: its QR code was opened.
  async function checkAddress() {
    const digits = location.hash.slice(1);
    if (!/^[0-9]+$/.test(digits)) return;
    const found = await check(part.dataset.code, digits, keys);
    const { payload } = part.dataset;
    if (found.answer === "right" && payload) {
      // else the name is erased, or the code is unknown
      const isSame = asHex(found.payload) === asHex(bytesOf(payload));
      show(isSame ? { answer: "same" } : { ...found, answer: "differs" });
    } else show(found);
  }
  if (part.dataset.code !== undefined) {
    window.addEventListener("hashchange", checkAddress);
    checkAddress();
  }

  // The page and the saved file where a text is pasted. What this browser cannot do the server can.
  const form = document.querySelector("form[data-check]");
  if (form) {
    form.querySelector("button:not([type=button])").addEventListener("click", async (event) => {
      const text = form.elements.text.value.replace(/\s/g, "");
      if (!text && form.method === "post") return; // the server says what is missing
      event.preventDefault();
      const found = TEXT.exec(text);
      const verdict = found
        ? await check(asCode(found[1]), found[2], keys)
        : { answer: "unreadable" };
      if (verdict.answer === "unsupported" && form.method === "post") form.requestSubmit();
      else show(verdict);
    });
    form.addEventListener("submit", (event) => form.method === "post" || event.preventDefault());
  }
})();
