/* A question that depends on an answer stands on the page only when it is asked. The server
   decides by itself what it asks; without this script every question is shown, with a hint. */
"use strict";
(() => {
  function given(form, name) {
    const said = [...form.elements].filter(
      (one) => one.name === name && !one.closest("[data-shown-if][hidden]"),
    );
    return said.flatMap((one) =>
      /^(radio|checkbox)$/.test(one.type) && !one.checked ? [] : [one.value],
    );
  }
  function arrange(root) {
    for (const part of root.querySelectorAll("[data-shown-if]")) {
      const form = part.closest("form");
      if (!form) continue;
      const { name, values } = JSON.parse(part.dataset.shownIf);
      part.hidden = !given(form, name).some((one) => values.includes(one));
      for (const hint of part.querySelectorAll("[data-hint]")) hint.hidden = true;
    }
  }
  document.addEventListener("change", (event) => event.target.form && arrange(event.target.form));
  document.addEventListener("htmx:after:swap", () => arrange(document));
  window.addEventListener("pageshow", () => arrange(document)); // what the browser filled in again
  arrange(document);
})();
