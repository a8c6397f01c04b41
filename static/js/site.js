/* Comforts on top of pages that work without them. */
"use strict";
(() => {
  const on = (name, act, capture) => document.addEventListener(name, act, capture);

  // The first mistake, or the message about it, gets the focus: after loading and after a panel changes.
  function focusOn(root) {
    let place = root.querySelector("[aria-invalid=true]") || root.querySelector("[data-focus]");
    if (place?.matches("fieldset")) place = place.querySelector("input") || place;
    if (place) place.focus();
    return place;
  }
  focusOn(document);

  // On a phone the tab one is on may stand outside the row.
  for (const tab of document.querySelectorAll(".o-tabs [aria-current]")) {
    const row = tab.closest(".o-tabs");
    const over = tab.getBoundingClientRect().right - row.getBoundingClientRect().right;
    if (over > 0) row.scrollLeft += over + 16;
  }

  // Whoever pressed a button inside a panel stays in the panel when it is replaced.
  let left = null;
  on("htmx:before:swap", () => {
    const panel = document.activeElement?.closest(".o-panel");
    left = panel?.id;
  });
  on("htmx:after:swap", () => {
    const panel = left && document.getElementById(left);
    left = null;
    if (panel && !panel.contains(document.activeElement))
      focusOn(panel) || panel.focus({ preventScroll: true });
  });

  // data-confirm="…" on a form or its button asks first. A form already on its way is not sent twice.
  const confirmed = new WeakSet();
  const sent = new WeakMap();
  function ask(text, action, danger, then) {
    const dialog = document.createElement("dialog");
    const [words, row, no, yes] = ["p", "div", "button", "button"].map((tag) =>
      document.createElement(tag),
    );
    words.textContent = text;
    words.id = "confirm-text";
    no.textContent = document.body.dataset.back;
    yes.textContent = action;
    no.className = "btn btn-outline-secondary";
    yes.className = danger ? "btn btn-danger" : "btn btn-primary";
    row.append(no, yes);
    dialog.className = "o-dialog";
    dialog.setAttribute("aria-labelledby", words.id);
    dialog.append(words, row);
    document.body.append(dialog);
    no.onclick = () => dialog.close();
    yes.onclick = () => {
      dialog.close();
      then();
    };
    dialog.onclose = () => dialog.remove();
    dialog.showModal();
  }
  on(
    "submit",
    (event) => {
      const form = event.target;
      const button = event.submitter;
      const text = button?.dataset.confirm || form.dataset.confirm;
      const stop = () => {
        event.preventDefault();
        event.stopImmediatePropagation();
      };
      if (text && !confirmed.delete(form)) {
        stop();
        ask(
          text,
          button ? button.textContent.trim() : "OK",
          button && /danger/.test(button.className),
          () => {
            confirmed.add(form);
            form.requestSubmit(button);
          },
        );
      } else if ((form.getAttribute("method") || "").toLowerCase() === "post") {
        if (Date.now() - (sent.get(form) || 0) < 3000) stop();
        else sent.set(form, Date.now());
      }
    },
    true,
  );
  on("htmx:finally:request", (event) => sent.delete(event.target));
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    for (const form of document.querySelectorAll("form")) sent.delete(form);
  });

  // data-dismiss hides a message, data-print prints, data-copy="text" copies, data-check-all="name" ticks.
  on("click", (event) => {
    const { dismiss, print, copy } = event.target.closest("button")?.dataset || {};
    if (dismiss !== undefined) event.target.closest(".alert").remove();
    if (print !== undefined) window.print();
    if (copy !== undefined && navigator.clipboard) navigator.clipboard.writeText(copy);
  });
  on("change", (event) => {
    const name = event.target.dataset.checkAll;
    if (name)
      for (const box of event.target.form.querySelectorAll(`[name="${name}"]`))
        box.checked = event.target.checked;
  });
})();
