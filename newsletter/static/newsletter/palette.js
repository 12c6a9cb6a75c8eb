/* Ctrl+K finds, ? lists the keys. Without script the magnifier leads to the page that finds. */
(() => {
  "use strict";

  document.addEventListener("DOMContentLoaded", () => {
    const palette = document.getElementById("sudi-palette");
    const keys = document.getElementById("sudi-keys");
    if (!palette || !keys) return;
    const form = palette.querySelector("form");
    const input = form.elements.q;
    const found = palette.querySelector("[data-found]");
    let asked = 0;
    let timer = 0;

    function open() {
      if (!palette.open) palette.showModal();
      input.select();
    }

    async function ask() {
      const mine = ++asked;
      if (!input.value.trim()) { found.replaceChildren(); return; }
      const body = new FormData(form);
      body.set("palette", "1");
      try {
        const answer = await fetch(form.action, {method: "POST", body, credentials: "same-origin"});
        // Logged out, or the server restarts: Enter sends the form itself and says so.
        if (!answer.ok || answer.redirected || mine !== asked) return;
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        if (mine === asked) found.replaceChildren(fresh.content);
      } catch (error) {
        // The same.
      }
    }

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, 150);
    });
    palette.addEventListener("keydown", (event) => {
      if (event.isComposing) return;  // Enter and arrows belong to the input method.
      const hits = [...found.querySelectorAll("a")];
      const at = hits.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && hits.length) {
        hits[Math.min(at + 1, hits.length - 1)].focus();
        event.preventDefault();
      } else if (event.key === "ArrowUp" && at >= 0) {
        (at ? hits[at - 1] : input).focus();
        event.preventDefault();
      } else if (event.key === "Enter" && event.target === input && hits.length) {
        hits[0].click();
        event.preventDefault();
      }
    });
    for (const link of document.querySelectorAll("[data-open-palette]")) {
      link.addEventListener("click", (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        open();
      });
    }

    for (const button of document.querySelectorAll("[data-open-keys]")) {
      button.addEventListener("click", () => { palette.close(); list(); });
    }

    // Who dictates, or types one-handed, switches off what a single letter does (WCAG 2.1.4).
    const single = document.getElementById("sudi-single-keys");
    single.checked = localStorage.getItem("sudi-single-keys") !== "off";
    single.addEventListener("change", () => {
      localStorage.setItem("sudi-single-keys", single.checked ? "on" : "off");
    });

    const leading = (end) => document.querySelector(`.sudi a[href$="${end}"]`);
    // Only forms that store a text: a key must not send an issue or delete a reader.
    const saving = () => document.querySelector("form[data-save]");
    const inList = () => [...document.querySelectorAll(".sudi-items li a, .sudi-issues a.sudi-issue, .sudi-list li a")];
    // What these keys need on a page, or for this user, to do anything.
    const needs = {
      save: saving, n: () => inList().length, p: () => leading("/preview/"), s: () => leading("/send/"),
    };

    function step(by) {
      const all = inList();
      if (!all.length) return;
      const at = all.indexOf(document.activeElement);
      all[(at + by + all.length + (at < 0 && by < 0 ? 1 : 0)) % all.length].focus();
    }

    /* The keys that do something here, with what this page has beside those of all pages: its own
       list stands on it. */
    function list() {
      for (const row of keys.querySelectorAll("[data-key]")) row.hidden = !needs[row.dataset.key]();
      const own = document.querySelector("details.sudi-keys dl")?.cloneNode(true);
      own?.classList.add("sudi-keys");
      keys.querySelector("[data-own-keys]").replaceChildren(...(own ? [own] : []));
      keys.showModal();
    }

    const letters = {
      "?": list,
      n: () => step(1),
      N: () => step(-1),
      p: () => leading("/preview/")?.click(),
      s: () => leading("/send/")?.click(),
      t: () => document.querySelector(".sudi-brand a")?.click(),
    };

    document.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (command && event.key.toLowerCase() === "k") { event.preventDefault(); open(); return; }
      if (command && event.key.toLowerCase() === "s") {
        const save = saving();
        if (save) { event.preventDefault(); save.requestSubmit(); }
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || !single.checked) return;
      if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
      const act = letters[event.key];
      if (act) { event.preventDefault(); act(); }
    });
  });
})();
