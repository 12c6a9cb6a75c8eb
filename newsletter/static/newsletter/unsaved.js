/* What is typed into a form is kept on the server every few seconds and on leaving, for its owner
   alone, and offered again: take it, or throw it away. The browser warns only before what could not
   be kept. A form with the hidden box "unsaved" is kept; the line beside it says where to. */
(() => {
  "use strict";

  const PAUSE = 2500;
  const BEACON = 60000; // Octets a browser sends while a page is closing.
  const LATE = 800; // Until what a page sent while it closed has arrived.
  const LEFT = "sudi-left";
  const PATIENCE = 6000; // How long a save waits for what is kept before it.
  const forms = new Map();

  function state(form) {
    if (!forms.has(form)) {
      forms.set(form, {timer: 0, pending: false, unsafe: false, away: false, saving: "", sending: null});
    }
    return forms.get(form);
  }

  const box = (form) => form?.querySelector?.('input[type=hidden][name="unsaved"]');
  const to = (form) => (box(form) && form.querySelector(".sudi-kept")?.dataset.to) || "";
  const offer = (form) => form.querySelector("[data-offered]");

  /* What stands in the boxes, without what is never kept. */
  function typed(form) {
    const data = new FormData(form);
    for (const one of form.elements) {
      if (one.name && (one.type === "password" || one.type === "file")) data.delete(one.name);
    }
    return data;
  }

  function say(form, name) {
    const line = form.querySelector(".sudi-kept");
    if (line) line.textContent = name ? line.dataset[name] : "";
  }

  /* After a login in another tab the page's own mark is too old, and a fresh page has the new one.
     It is taken only where the form is still the same person's. */
  async function send(form, signal) {
    const post = (body) => fetch(to(form), {method: "POST", body, credentials: "same-origin", signal});
    const answer = await post(typed(form));
    if (answer.status !== 403 || answer.redirected) return answer;
    const page = await fetch(location.href, {credentials: "same-origin", signal});
    if (page.redirected || !page.ok) return answer;
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
    const mark = fresh.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!mark) return answer;
    const data = typed(form);
    data.set("csrfmiddlewaretoken", mark);
    const again = await post(data);
    if (again.ok) for (const one of document.querySelectorAll("[name=csrfmiddlewaretoken]")) one.value = mark;
    return again;
  }

  /* Whether the form can be sent again with a new mark: it is still the same person's. */
  const renewed = async (form) => (await send(form)).ok;

  /* Ends when the server has answered, or when it is known that it does not. */
  function keep(form) {
    const now = state(form);
    clearTimeout(now.timer);
    now.timer = 0;
    if (now.pending && to(form)) now.kept = post(form, now);
    return now.kept;
  }

  async function post(form, now) {
    now.pending = false;
    now.away = true; // On its way: a page that closes takes it along, so it is sent again then.
    now.sending?.abort();
    now.sending = new AbortController();
    const flight = send(form, now.sending.signal);
    now.flight = flight.catch(() => null);
    try {
      const answer = await flight;
      now.away = false;
      // Signed out, or in as somebody else: it is kept for whoever typed it.
      if (answer.redirected || answer.status === 403) { now.unsafe = false; say(form, "ended"); return; }
      now.unsafe = !answer.ok;
      const beside = answer.ok && (await answer.json()).beside;
      say(form, beside ? "beside" : answer.ok ? "kept" : answer.status === 413 ? "tooLarge" : "notKept");
    } catch (error) {
      if (error.name === "AbortError") return;
      now.away = false;
      now.unsafe = now.pending = true;
      say(form, now.saving ? "notSent" : "notKept");
      now.timer = setTimeout(() => keep(form), 4 * PAUSE);
    }
  }

  function changed(event) {
    const form = event.target.form || event.target.closest?.("form");
    if (!to(form) || event.target.type === "password") return;
    const now = state(form);
    now.pending = true;
    if (!now.timer) now.timer = setTimeout(() => keep(form), PAUSE);
  }

  /* It is being saved: nothing is kept any more, and nothing warned of. */
  function done(form) {
    const now = state(form);
    clearTimeout(now.timer);
    forms.delete(form);
    // What is on its way arrives before the save, or it would be kept again behind it.
    return now.flight;
  }

  /* It could not be saved after all: it is kept, or warned of, as before. */
  function again(form) {
    const now = state(form);
    now.pending = now.unsafe = true;
    if (!now.timer) now.timer = setTimeout(() => keep(form), PAUSE);
  }

  /* Whether it arrives nobody says, so it stays to be kept: of a page that is only hidden it is. */
  function leave() {
    for (const [form, now] of forms) {
      if (!now.pending && !now.away) continue;
      navigator.sendBeacon(to(form), typed(form));
      try { sessionStorage.setItem(LEFT, location.href); } catch (error) { /* It is full: nothing is lost by it. */ }
    }
  }

  /* A page that is loaded again may be there before what was typed in it has arrived. */
  async function late() {
    const left = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    if (left !== location.href) return;
    await new Promise((done) => setTimeout(done, LATE));
    const answer = await fetch(location.href, {credentials: "same-origin"});
    if (!answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const keeps = (root) => [...root.querySelectorAll("form")].filter(box);
    const fresh = keeps(page);
    for (const [place, form] of keeps(document).entries()) {
      const found = fresh[place] && offer(fresh[place]);
      if (!found || offer(form) || forms.get(form)?.pending || form.action !== fresh[place].action) continue;
      // The key says which text it was opened with.
      box(form).value = box(fresh[place]).value;
      form.querySelector(".sudi-kept").after(document.importNode(found, true));
      ask(form);
    }
  }

  const long = (form) => [...form.elements].reduce((n, one) => n + (one.value || "").length, 0) > BEACON / 3;

  /* What is typed is kept before it is sent to be saved. Where no server answers that, nothing is
     sent: the page of a browser that found none would take the text's place. */
  async function save(form, button) {
    const now = state(form);
    if (now.saving) return; // Pressed twice.
    now.saving = "waits";
    await Promise.race([keep(form), new Promise((done) => setTimeout(done, PATIENCE))]);
    const failed = now.unsafe && now.pending;
    now.saving = failed ? "" : "goes";
    if (failed) { now.timer ||= setTimeout(() => keep(form), 4 * PAUSE); return; }
    form.requestSubmit(button);
    now.saving = ""; // It was not valid after all, or is on its way, and the form forgotten.
  }

  async function drop(form) {
    const data = typed(form);
    data.set("do", "drop");
    await done(form);
    await fetch(to(form), {method: "POST", body: data, credentials: "same-origin"});
  }

  /* Before anything else is typed it is decided what becomes of the text that was left: typing
     would be kept in its place. */
  function ask(form) {
    for (const one of form.children) if (one !== offer(form)) one.inert = !one.contains(offer(form));
  }

  function decided(form) {
    offer(form).remove();
    for (const one of form.children) one.inert = false;
  }

  /* The hidden boxes too: with the version that the text was typed against, what others changed
     since is merged with it, or shown beside it. */
  function take(form) {
    const values = JSON.parse(offer(form).querySelector("script").textContent);
    decided(form);
    for (const one of form.elements) {
      if (!one.name || one === box(form) || ["csrfmiddlewaretoken", "do"].includes(one.name)) continue;
      if (["password", "file", "submit", "button"].includes(one.type)) continue;
      const kept = values[one.name] || [];
      if (one.type === "checkbox" || one.type === "radio") one.checked = kept.includes(one.value);
      else if (one.tagName === "SELECT") {
        if (one.name in values) for (const each of one.options) each.selected = kept.includes(each.value);
      } else if (kept.length) one.value = kept[0];
    }
    form.dispatchEvent(new Event("change", {bubbles: true}));
    form.querySelector("textarea, input:not([type=hidden]), select")?.focus();
  }

  window.sudiUnsaved = {keep, done, again, long, renewed};
  document.addEventListener("DOMContentLoaded", () => {
    for (const offered of document.querySelectorAll("form [data-offered]")) ask(offered.closest("form"));
    late();
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-take], [data-throw-away]");
    const form = button?.closest("form");
    if (!form) return;
    if ("take" in button.dataset) { take(form); return; }
    await drop(form);
    decided(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!to(form)) return;
    const now = forms.get(form);
    // The page to write on saves by a script of its own.
    const first = now && now.saving !== "goes" && (now.pending || now.away || now.saving) && !form.dataset.editing;
    if (!offer(form) && !first) return;
    event.preventDefault();
    event.stopPropagation();
    if (!offer(form)) { save(form, event.submitter); return; }
    offer(form).scrollIntoView({block: "center"});
    offer(form).querySelector("button").focus();
  }, true);
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (to(event.target)) done(event.target);
    leave(); // Another form's text is on its way before the page is left.
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") leave();
  });
  window.addEventListener("pagehide", leave);
  window.addEventListener("beforeunload", (event) => {
    for (const [form, now] of forms) {
      if (now.unsafe || ((now.pending || now.away) && long(form))) { event.preventDefault(); return; }
    }
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("[data-unsaved-drop]");
    if (!link) return;
    const form = box(link.closest(".sudi-write-form, main"))?.form;
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    await drop(form);
    if (form.dataset.editing) form.dispatchEvent(new CustomEvent("sudi:again", {bubbles: true}));
    else location.assign(link.href);
  });
})();
