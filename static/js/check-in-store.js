/* What the phone at the door keeps: the marks that wait, and, encrypted, the list for the shift.
   Nothing that says who somebody is stands in the browser's storage in plain. */
"use strict";
window.CheckInStore = (() => {
  const SHELVES = ["marks", "shift", "keys"];
  const possible = "indexedDB" in window && window.crypto && "subtle" in crypto;
  const encode = (thing) => new TextEncoder().encode(JSON.stringify(thing));
  const decode = (bytes) => JSON.parse(new TextDecoder().decode(bytes));
  let opened = null;

  function base() {
    opened ||= new Promise((done, failed) => {
      const asked = indexedDB.open("orientir-check-in", 1);
      asked.onupgradeneeded = () => {
        for (const name of SHELVES) asked.result.createObjectStore(name);
      };
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return opened;
  }

  async function on(shelf, mode, act) {
    const store = (await base()).transaction(shelf, mode).objectStore(shelf);
    return new Promise((done, failed) => {
      const asked = act(store);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }
  const get = (shelf, key) => on(shelf, "readonly", (store) => store.get(key));
  const put = (shelf, key, value) => on(shelf, "readwrite", (store) => store.put(value, key));
  const drop = (shelf, key) => on(shelf, "readwrite", (store) => store.delete(key));

  async function seal(key, thing) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, encode(thing)) };
  }
  async function unseal(key, { iv, data }) {
    return decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
  }

  // The marks that wait have a key of the phone's own, which no script can read out.
  async function ownKey() {
    const kept = await get("keys", "own");
    if (kept) return kept;
    const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]);
    await put("keys", "own", made);
    return (await get("keys", "own")) || made;
  }

  return {
    possible,

    async keepMark(event, mark) {
      await put("marks", `${event}/${mark.uuid}`, await seal(await ownKey(), mark));
    },
    dropMark: (event, uuid) => drop("marks", `${event}/${uuid}`),
    async marks(event) {
      const range = IDBKeyRange.bound(`${event}/`, `${event}/\uffff`);
      const sealed = await on("marks", "readonly", (store) => store.getAll(range));
      const key = await ownKey();
      const found = await Promise.all(sealed.map((one) => unseal(key, one)));
      return found.sort((one, other) => one.at.localeCompare(other.at));
    },

    /* The server's key for this phone and day is kept where it can be used but not read. */
    async keepList(event, { key, ends_at, version, people }) {
      const bytes = Uint8Array.from(atob(key), (sign) => sign.charCodeAt(0));
      const usable = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, [
        "encrypt",
        "decrypt",
      ]);
      await put("keys", event, usable);
      await put("shift", event, { ends_at, version, sealed: await seal(usable, people) });
    },
    async list(event) {
      const [shift, key] = [await get("shift", event), await get("keys", event)];
      if (!shift || !key) return null;
      if (Date.now() >= Date.parse(shift.ends_at)) {
        await this.dropList(event);
        return null;
      }
      return {
        ends_at: shift.ends_at,
        version: shift.version,
        people: await unseal(key, shift.sealed),
      };
    },
    async dropList(event) {
      await drop("shift", event);
      await drop("keys", event);
    },
    /* Shifts of other days and events, whose page may never be opened again. */
    async dropOldLists() {
      const events = await on("shift", "readonly", (store) => store.getAllKeys());
      for (const event of events) await this.list(event);
    },
  };
})();
