/* The designer of certificates: the real PDF beside the form, pictures sent as soon as they
   are chosen. Without it «Show» opens the PDF in a window and the form sends its files itself. */
"use strict";
(() => {
  const form = document.querySelector("[data-designer]");
  if (!form) return;
  const say = form.dataset;
  const frame = form.querySelector("[data-frame]");
  const status = form.querySelector("[data-status]");
  const showsPdf = navigator.pdfViewerEnabled; // phones open PDF in an application of their own
  let waiting = 0;
  let going = null;
  let shown = "";

  // What is typed, without files: those are sent on their own.
  function typed() {
    const data = new FormData(form);
    for (const file of form.querySelectorAll("input[type=file]")) data.delete(file.name);
    return data;
  }
  function later(wait = 700) {
    if (!showsPdf) return;
    clearTimeout(waiting);
    waiting = setTimeout(show, wait);
  }
  async function show() {
    clearTimeout(waiting);
    const data = typed();
    const now = JSON.stringify([...data]);
    if (now === shown) return;
    if (going) going.abort();
    const mine = (going = new AbortController());
    status.textContent = say.waits;
    try {
      const answer = await fetch(say.preview, { method: "POST", body: data, signal: mine.signal });
      if (answer.ok && (answer.headers.get("Content-Type") || "").includes("pdf")) {
        put(await answer.blob());
        shown = now;
        status.textContent = "";
      } else if (answer.status === 422) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const wrong = [...page.querySelectorAll("#problems li")].map((one) =>
          one.textContent.trim(),
        );
        status.textContent = wrong.join(" ") || say.failed;
      } else if (answer.status === 429 || answer.status === 503) {
        status.textContent = say.often;
        later(8000);
      } else status.textContent = say.failed;
    } catch (wrong) {
      if (wrong.name !== "AbortError") status.textContent = say.failed;
    }
    if (going === mine) going = null;
  }
  // A new frame instead of a new address in the old one: «back» leaves the page at once, and
  // the paper before stays in sight until the next is drawn.
  function put(paper) {
    const next = document.createElement("iframe");
    const address = URL.createObjectURL(paper);
    const old = [...frame.children];
    next.title = frame.dataset.title;
    next.src = `${address}#toolbar=0&navpanes=0&view=Fit`;
    next.addEventListener("load", () => {
      setTimeout(() => {
        for (const frame of old) frame.remove();
      }, 150);
      setTimeout(() => URL.revokeObjectURL(address), 10000);
    });
    frame.hidden = false;
    frame.append(next);
  }

  // Pictures
  async function send(part, input) {
    const file = input.files[0];
    if (!file) return;
    tell(part, "");
    if (file.size > Number(say.most)) {
      input.value = "";
      tell(part, say.tooLarge);
      return;
    }
    const data = new FormData();
    data.append("csrf_token", form.elements.csrf_token.value);
    data.append("use", part.dataset.picture);
    data.append("file", file);
    const cut = part.querySelector("[data-cut]");
    if (!cut || cut.checked) data.append("cut", "1");
    part.classList.add("is-sending");
    try {
      const answer = await fetch(say.pictures, { method: "POST", body: data });
      const said = await answer.json();
      if (answer.ok) take(part, said);
      tell(part, answer.ok ? "" : said.sentence);
      input.value = "";
    } catch {
      tell(part, say.lost); // the file stays chosen: saving sends it
    }
    part.classList.remove("is-sending");
  }
  function take(part, said) {
    const place = part.querySelector("[data-now]");
    part.querySelector("[data-id]").value = said.id;
    part.querySelector("[data-none]").checked = false;
    place.querySelector("img").src = said.url;
    place.hidden = false;
    later(0);
  }
  function tell(part, sentence) {
    const place = part.querySelector("[data-problem]");
    place.querySelector("span").textContent = sentence;
    place.hidden = !sentence;
  }

  // Placeholders go where the cursor stood last.
  let place = form.elements.body;
  place.setSelectionRange(place.value.length, place.value.length); // until somebody puts it elsewhere
  form.addEventListener("focusin", (event) => {
    if (["heading", "subheading", "lead", "body"].includes(event.target.name)) place = event.target;
  });
  form.addEventListener("click", (event) => {
    const word = (event.target.closest("[data-insert]") || { dataset: {} }).dataset.insert;
    if (word) {
      place.focus();
      place.setRangeText(word, place.selectionStart, place.selectionEnd, "end");
      later();
    }
    if (event.target.closest("[data-show]") && showsPdf) {
      event.preventDefault();
      shown = "";
      show();
    }
  });

  form.addEventListener("input", (event) => {
    const { name, value } = event.target;
    if (name === "own_colour" && value)
      form.querySelector("[name=swatch][value=own]").checked = true;
    if (event.target.type !== "file") later();
  });
  form.addEventListener("change", (event) => {
    const part = event.target.closest("[data-picture]");
    if (part && event.target.type === "file") send(part, event.target);
  });
  for (const hint of form.querySelectorAll("[data-insert-hint]")) hint.hidden = false;
  later(100);
})();
