/* The page at the door: reads tickets, marks, and goes on without network. Without scripts the
   forms of the page do the same one by one. */
"use strict";
(() => {
  const door = document.getElementById("door");
  if (!door) return;
  const { dataset } = door,
    event = dataset.event,
    words = JSON.parse(dataset.words);
  const Store = window.CheckInStore,
    Camera = window.CheckInCamera;
  const at = (id) => document.getElementById(id);
  const PATIENCE = 6000,
    WITH_LIST = 2500,
    FOR_MANY = 20000,
    POLL = 10000,
    LIST_AGAIN = 60000,
    CHUNK = 50;
  const wanted = Number(new URLSearchParams(location.search).get("slot"));
  const slot = (dataset.shell && wanted) || Number(dataset.slot);
  let token = dataset.token || "",
    list = null,
    listAt = 0,
    online = true,
    sending = false;

  const device = (() => {
    try {
      return (localStorage["orientir-device"] ||= crypto.randomUUID());
    } catch {
      return newNumber();
    }
  })();

  function newNumber() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const signs = [...crypto.getRandomValues(new Uint8Array(16))]
      .map((one) => one.toString(16).padStart(2, "0"))
      .join("");
    return signs.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  }

  // ---- The answer: colour, words, sound, vibration

  let sound = null;
  const TUNES = {
    good: [[880, 0, 0.12]],
    warn: [
      [520, 0, 0.12],
      [520, 0.2, 0.12],
    ],
    bad: [[170, 0, 0.5]],
  };
  const BUZZES = { good: 80, warn: [80, 80, 80], bad: 450 };
  function wakeSound() {
    sound ||= window.AudioContext ? new AudioContext() : null;
    if (sound && sound.state === "suspended") sound.resume();
  }
  function signal(tone) {
    if (navigator.vibrate && navigator.userActivation?.hasBeenActive)
      navigator.vibrate(BUZZES[tone]);
    if (sound?.state !== "running") return;
    for (const [pitch, after, length] of TUNES[tone]) {
      const [voice, volume] = [sound.createOscillator(), sound.createGain()];
      voice.frequency.value = pitch;
      volume.gain.value = 0.25;
      voice.connect(volume).connect(sound.destination);
      voice.start(sound.currentTime + after);
      voice.stop(sound.currentTime + after + length);
    }
  }

  function show(answer) {
    const box = at("answer");
    const part = (name) => box.querySelector(`[data-part=${name}]`);
    box.className = `o-answer o-${answer.tone}`;
    box.hidden = false;
    const texts = {
      title: answer.title,
      name: answer.name,
      details: (answer.details || []).join(" · "),
      hint: answer.hint,
    };
    for (const [name, text] of Object.entries(texts)) {
      part(name).textContent = text || "";
      part(name).hidden = !text;
    }
    for (const act of ["anyway", "undo"]) {
      part(act).hidden = !answer[act];
      part(act).elements.registration.value = answer.registration_id || "";
    }
    signal(answer.tone);
    if (box.getBoundingClientRect().top < 0) box.scrollIntoView({ block: "start" });
  }

  const say = (outcome, tone, person, more) => ({
    outcome,
    tone,
    title: words.titles[outcome],
    hint: words.hints[outcome] || "",
    name: person ? person.name : "",
    details: person ? person.details : [],
    registration_id: person ? person.id : null,
    ...more,
  });

  // ---- Talking to the server

  async function ask(address, options, patience = PATIENCE) {
    const headers = {
      "X-CSRFToken": token,
      "HX-Request": "true",
      ...(options && { "Content-Type": "application/json" }),
    };
    let answer;
    try {
      answer = await fetch(address, {
        ...options,
        headers,
        cache: "no-store",
        signal: AbortSignal.timeout(patience),
      });
    } catch {
      await line(false);
      return null;
    }
    const isOurs = (answer.headers.get("Content-Type") || "").includes("json");
    if (answer.status === 401 || answer.status === 404) await endShift();
    await line(
      true,
      answer.status === 401 ? words.log_in : answer.status >= 500 ? words.refused : "",
    );
    return { status: answer.status, content: isOurs ? await answer.json() : null };
  }

  async function post(marks) {
    const send = () =>
      ask(
        dataset.marksUrl,
        {
          method: "POST",
          body: JSON.stringify({ device, now: new Date().toISOString(), marks }),
        },
        marks.length > 1 ? FOR_MANY : list ? WITH_LIST : PATIENCE,
      );
    if (!token) await poll();
    let answer = await send();
    if (answer && !answer.content && [400, 422].includes(answer.status) && (await poll()))
      answer = await send();
    return answer?.content?.outcomes;
  }

  async function line(isOnline, trouble = "") {
    const came = isOnline && !online;
    online = isOnline;
    const waiting = Store.possible ? (await Store.marks(event)).length : 0;
    const place = at("line");
    const said = [
      isOnline ? trouble : words.offline,
      waiting && words.waiting.replace("{number}", waiting),
    ];
    place.textContent = said.filter(Boolean).join(" ");
    place.hidden = !place.textContent;
    place.classList.toggle("is-offline", !isOnline || Boolean(trouble));
    if (came) catchUp();
  }

  // ---- Marks

  async function mark(given) {
    wakeSound();
    const one = {
      uuid: newNumber(),
      at: new Date().toISOString(),
      slot,
      presence: "present",
      ...given,
    };
    if (one.code !== undefined && !codeIn(one.code)) return show(say("foreign", "bad"));
    if (Store.possible) await Store.keepMark(event, one);
    const outcomes = navigator.onLine ? await post([one]) : null;
    if (outcomes) {
      await settled(one.uuid);
      await line(true);
      merge(outcomes[0]);
      show(outcomes[0]);
      document.body.dispatchEvent(new Event("counted"));
    } else {
      await line(false);
      const { stays, answer } = Store.possible
        ? await withoutNetwork(one)
        : { stays: false, answer: { tone: "bad", title: words.not_sent } };
      if (!stays) await settled(one.uuid);
      await line(false);
      show(answer);
    }
  }

  const settled = (uuid) => Store.possible && Store.dropMark(event, uuid);

  /* The number of a ticket in what was read: the same rule as the server's. */
  function codeIn(text) {
    const LETTERS = "[2-9A-HJ-NP-Z]{12}";
    const address = text
      .trim()
      .match(new RegExp(`^[^?#]*//[^/]+/registrations/(${LETTERS})/?(?:[?#].*)?$`));
    if (address) return address[1];
    if (text.includes("/")) return null;
    const shapes = {
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
    const code = [...text.toUpperCase()]
      .map((sign) => shapes[sign] || sign)
      .filter((sign) => /[\p{L}\p{N}]/u.test(sign))
      .join("");
    return new RegExp(`^${LETTERS}$`).test(code) ? code : null;
  }

  async function hash(text) {
    const bytes = new Uint8Array(
      await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)),
    );
    return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
  }

  async function personOf(one) {
    if (!list) return null;
    const wantedHash = one.code === undefined ? "" : await hash(codeIn(one.code));
    return list.people.find((person) =>
      wantedHash ? person.hash === wantedHash : person.id === Number(one.registration_id),
    );
  }

  const REFUSED = {
    waitlisted: "waitlisted",
    awaiting_consent: "awaiting_consent",
    applied: "no_seat_yet",
    offered: "no_seat_yet",
    cancelled: "cancelled",
    expired: "cancelled",
    declined: "cancelled",
  };
  async function withoutNetwork(one) {
    const person = await personOf(one);
    if (!list)
      return {
        stays: true,
        answer: { tone: "warn", title: words.unchecked, hint: words.unchecked_hint },
      };
    if (!person)
      return {
        stays: true,
        answer: { tone: "warn", title: words.unchecked, hint: words.not_in_list },
      };
    if (one.presence === "none") {
      person.presence = "";
      return { stays: true, answer: say("undone", "good", person) };
    }
    if (REFUSED[person.status])
      return { stays: false, answer: say(REFUSED[person.status], "bad", person) };
    if (Date.now() < Date.parse(person.opens_at))
      return { stays: false, answer: say("not_yet", "bad", person) };
    if (person.presence === "present")
      return { stays: false, answer: say("already", "warn", person, { hint: words.by_phone }) };
    if (person.slot !== slot && !one.anyway)
      return { stays: false, answer: say("other_slot", "warn", person, { anyway: true }) };
    person.presence = "present";
    countHere();
    return {
      stays: true,
      answer: say("marked", "good", person, {
        title: words.kept,
        hint: words.kept_hint,
        undo: true,
      }),
    };
  }

  function merge(outcome) {
    const person = list?.people.find((one) => one.id === outcome.registration_id);
    if (!person) return;
    if (["marked", "already"].includes(outcome.outcome)) person.presence = "present";
    if (outcome.outcome === "undone") person.presence = "";
  }

  function countHere() {
    const place = door.querySelector("[data-count]");
    if (!list || !place) return;
    const here = list.people.filter((one) => one.slot === slot && one.status === "confirmed");
    const present = here.filter((one) => one.presence === "present").length;
    place.textContent = words.count.replace("{present}", present).replace("{total}", here.length);
  }

  /* Sends what waits. What became of a mark otherwise than was said at the door is shown. */
  async function catchUp() {
    if (sending || !Store.possible) return;
    sending = true;
    try {
      for (let marks = await Store.marks(event); marks.length; marks = await Store.marks(event)) {
        const outcomes = await post(marks.slice(0, CHUNK));
        if (!outcomes) return;
        for (const outcome of outcomes) {
          await settled(outcome.uuid);
          merge(outcome);
          if (outcome.tone !== "good") tell(outcome);
        }
        await line(true);
        document.body.dispatchEvent(new Event("counted"));
      }
    } finally {
      sending = false;
    }
  }

  function tell(outcome) {
    const row = document.createElement("li");
    row.textContent = [outcome.name, outcome.title, outcome.hint].filter(Boolean).join(". ");
    row.className = `o-${outcome.tone}`;
    row.dataset.outcome = outcome.outcome;
    at("doubles").append(row);
    at("doubles-box").hidden = false;
  }

  async function poll() {
    const answer = await ask(dataset.changesUrl);
    if (!answer?.content?.token) return false;
    token = answer.content.token;
    if (list) {
      const waiting = new Set((await Store.marks(event)).map((one) => one.registration_id));
      for (const person of list.people)
        if (!waiting.has(person.id)) person.presence = answer.content.marks[person.id] || "";
      if (answer.content.version !== list.version && Date.now() - listAt > LIST_AGAIN)
        await takeList();
      countHere();
    }
    return true;
  }

  // ---- The list for the shift

  async function takeList() {
    const answer = await ask(`${dataset.listUrl}?device=${device}`);
    if (!answer?.content?.people) return shiftSays(words.list_failed);
    listAt = Date.now();
    await Store.keepList(event, answer.content);
    await useList();
  }

  async function useList() {
    list = await Store.list(event);
    at("drop-list").hidden = !list;
    at("take-list").hidden = Boolean(list);
    if (!list) return;
    shiftSays(words.list_taken.replace("{number}", list.people.length));
    for (const one of await Store.marks(event)) {
      const person = await personOf(one);
      if (person) person.presence = one.presence === "none" ? "" : one.presence;
    }
    countHere();
    setTimeout(endShift, Math.min(Date.parse(list.ends_at) - Date.now(), 2 ** 31 - 1));
  }

  async function endShift() {
    if (!Store.possible || !list) return;
    await Store.dropList(event);
    list = null;
    await useList();
    at("found-panel").replaceChildren();
    shiftSays(words.list_erased);
  }

  function shiftSays(text) {
    at("shift-said").textContent = text;
  }

  function searchInList(text) {
    const parts = text.toLowerCase().replaceAll("ё", "е").split(/\s+/).filter(Boolean);
    const panel = at("found-panel");
    panel.replaceChildren();
    if (parts.join("").length < 2) return;
    const found = list.people
      .filter((one) => parts.every((part) => one.search.includes(part)))
      .slice(0, 30);
    const rows = document.createElement("ol");
    rows.className = "o-roll";
    rows.id = "found";
    for (const person of found) {
      const row = at("found-row").content.cloneNode(true);
      row.querySelector("b").textContent = person.name;
      row.querySelector("button .visually-hidden").textContent = `: ${person.name}`;
      row.querySelector(".o-muted").textContent = person.details.join(" · ");
      const [form, badge] = [row.querySelector("form"), row.querySelector(".o-badge")];
      form.elements.registration.value = person.id;
      form.hidden = person.presence === "present";
      badge.hidden = !form.hidden;
      badge.lastElementChild.textContent = words.here;
      rows.append(row);
    }
    panel.append(found.length ? rows : words.nobody);
  }

  // ---- The page

  document.addEventListener(
    "submit",
    async (submitted) => {
      const form = submitted.target;
      const isSearch = form.id === "search-form" && list;
      if (!isSearch && !form.matches("[data-mark]")) return;
      if (form.id === "code-form" && !form.elements.code.value.trim()) return; // the server says what to type
      submitted.preventDefault();
      submitted.stopImmediatePropagation();
      form.dispatchEvent(new CustomEvent("htmx:finally:request", { bubbles: true })); // may be sent again at once
      if (isSearch) return searchInList(form.elements.q.value);
      const { code, registration, presence, anyway } = form.elements;
      await mark({
        ...(registration?.value
          ? { registration_id: Number(registration.value) }
          : { code: code.value }),
        ...(presence && { presence: presence.value }),
        ...(anyway && { anyway: true }),
      });
      if (form.id === "code-form") form.reset();
      const row = form.closest("#found li");
      if (row) row.remove();
    },
    true,
  );

  if (at("slot-form")) {
    at("slot").value = String(slot);
    at("slot-form").addEventListener("change", () => at("slot-form").submit());
  }

  if (Camera.possible) {
    const [box, button, video] = [at("camera-box"), at("camera-button"), at("camera")];
    const label = button.querySelector("span");
    box.hidden = false;
    const turn = (isOn) => {
      box.classList.toggle("is-on", isOn);
      label.textContent = isOn ? button.dataset.off : button.dataset.on;
    };
    button.addEventListener("click", async () => {
      wakeSound();
      at("camera-trouble").hidden = true;
      if (Camera.stream) {
        Camera.stop(video);
        return turn(false);
      }
      turn(true);
      try {
        await Camera.start(video, dataset.readerUrl, (text) => mark({ code: text }));
      } catch {
        Camera.stop(video);
        turn(false);
        at("camera-trouble").textContent = words.no_camera;
        at("camera-trouble").hidden = false;
      }
    });
  }

  addEventListener("offline", () => line(false));
  addEventListener("online", () => poll().then(catchUp));
  setInterval(() => {
    if (document.visibilityState === "visible") poll().then((reached) => reached && catchUp());
  }, POLL);

  if (Store.possible) {
    at("shift").hidden = false;
    at("device-name").textContent = device.slice(0, 4).toUpperCase();
    at("take-list").addEventListener("click", takeList);
    at("drop-list").addEventListener("click", endShift);
    Store.dropOldLists()
      .then(useList)
      .then(() => (navigator.onLine ? poll().then(catchUp) : line(false)));
    if (navigator.serviceWorker) {
      const tellWorker = (worker) => worker.active?.postMessage("keep");
      navigator.serviceWorker
        .register(dataset.workerUrl, { scope: dataset.scope })
        .then(tellWorker, () => {});
    }
  }
})();
