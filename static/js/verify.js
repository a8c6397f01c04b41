/* The pages that check a certificate: the one whose QR code was opened (the signed part stands
   behind «#», which is never sent), and the one where its text is pasted. */
"use strict";
(() => {
  const { asHex, bytesOf, check, checkText } = window.CertificateText;
  const part = document.querySelector("[data-signature]");
  if (!part) return;
  const keys = JSON.parse(part.dataset.keys);
  const template = (which) => part.querySelector(`template[data-${which}]`).content;

  const WORDS = {
    kind: (kind) => template(`kind="${kind}"`).textContent,
    issued: (day) =>
      day.toLocaleDateString(document.documentElement.lang, { dateStyle: "long", timeZone: "UTC" }),
  };

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
        place.textContent = WORDS[name] ? WORDS[name](said[name]) : said[name];
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
      const verdict = await checkText(text, keys);
      if (verdict.answer === "unsupported" && form.method === "post") form.requestSubmit();
      else show(verdict);
    });
    form.addEventListener("submit", (event) => form.method === "post" || event.preventDefault());
  }
})();
