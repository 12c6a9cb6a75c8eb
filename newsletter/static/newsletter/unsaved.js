/* What is typed into a form is kept on the server every few seconds and on leaving, for its owner
   alone. The browser warns only before what could not be kept. A form says where: data-unsaved. */
(() => {
  "use strict";

  const PAUSE = 2500;
  const BEACON = 60000; // Octets a browser sends while a page is closing.
  const forms = new Map();

  function state(form) {
    if (!forms.has(form)) forms.set(form, {timer: 0, pending: false, unsafe: false, sending: null});
    return forms.get(form);
  }

  function say(form, name) {
    const line = form.querySelector(".sudi-kept");
    if (line) line.textContent = name ? line.dataset[name] : "";
  }

  async function keep(form) {
    const now = state(form);
    clearTimeout(now.timer);
    now.timer = 0;
    if (!now.pending || !form.dataset.unsaved) return;
    now.pending = false;
    now.sending?.abort();
    now.sending = new AbortController();
    try {
      const answer = await fetch(form.dataset.unsaved, {
        method: "POST", body: new FormData(form), credentials: "same-origin",
        signal: now.sending.signal,
      });
      if (answer.redirected) { now.unsafe = false; say(form, "ended"); return; }
      now.unsafe = !answer.ok;
      say(form, answer.ok ? "kept" : answer.status === 413 ? "tooLarge" : "notKept");
    } catch (error) {
      if (error.name === "AbortError") return;
      now.unsafe = now.pending = true;
      say(form, "notKept");
      now.timer = setTimeout(() => keep(form), 4 * PAUSE);
    }
  }

  function changed(event) {
    const form = event.target.form || event.target.closest?.("form");
    if (!form || !form.dataset.unsaved) return;
    const now = state(form);
    now.pending = true;
    if (!now.timer) now.timer = setTimeout(() => keep(form), PAUSE);
  }

  /* It is being saved: nothing is kept any more, and nothing warned of. */
  function done(form) {
    const now = state(form);
    clearTimeout(now.timer);
    now.sending?.abort();
    forms.delete(form);
  }

  function leave() {
    for (const [form, now] of forms) {
      if (!now.pending) continue;
      const data = new FormData(form);
      if (navigator.sendBeacon(form.dataset.unsaved, data)) now.pending = false;
    }
  }

  const long = (form) => [...form.elements].reduce((n, one) => n + (one.value || "").length, 0) > BEACON / 3;

  window.sudiUnsaved = {keep, done};
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.unsaved && !event.defaultPrevented) done(event.target);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", (event) => {
    for (const [form, now] of forms) {
      if (now.unsafe || (now.pending && long(form))) { event.preventDefault(); return; }
    }
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("[data-unsaved-drop]");
    if (!link) return;
    const form = link.closest(".sudi-write-form, main")?.querySelector("form[data-unsaved]");
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    const data = new FormData(form);
    data.set("do", "drop");
    done(form);
    await fetch(form.dataset.unsaved, {method: "POST", body: data, credentials: "same-origin"});
    if (form.dataset.editing) form.dispatchEvent(new CustomEvent("sudi:again", {bubbles: true}));
    else location.assign(link.href);
  });
})();
