/* What the admin's pages do by themselves: a countdown, live figures, and no double press.
   Everything works without it too; then a page is reloaded or a button is pressed. */
(() => {
  "use strict";

  const two = (n) => String(n).padStart(2, "0");
  const title = document.title;
  let deadline = null;

  function tick() {
    const clock = document.querySelector("[data-countdown]");
    if (!clock) { document.title = title; return; }
    if (deadline === null) deadline = Date.now() + Number(clock.dataset.countdown) * 1000;
    const left = Math.max(0, Math.ceil((deadline - Date.now()) / 1000));
    const hours = Math.floor(left / 3600);
    const text = (hours ? hours + ":" : "") + two(Math.floor(left / 60) % 60) + ":" + two(left % 60);
    clock.firstElementChild.textContent = text;
    if (!("quiet" in clock.dataset)) document.title = text + " · " + title;
  }

  function follow(box) {
    let misses = 0;
    async function look() {
      try {
        const answer = await fetch(box.dataset.progress, {credentials: "same-origin"});
        if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
        misses = 0;
        const fresh = document.createElement("template");
        fresh.innerHTML = await answer.text();
        const now = fresh.content.querySelector("[data-state]");
        const was = box.querySelector("[data-state]");
        // Other buttons are wanted in another state; figures alone leave focus and buttons alone.
        if (now.dataset.state !== was.dataset.state) { location.reload(); return; }
        if (now.querySelector("[data-countdown]")) deadline = null;
        box.replaceChildren(fresh.content);
        tick();
      } catch (error) {
        // A server that restarts is asked again, more and more slowly.
        misses += 1;
      }
      setTimeout(look, Math.min(2000 * 2 ** misses, 60000));
    }
    setTimeout(look, 2000);
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.documentElement.classList.add("sudi-script");
    // The theme would write the file's name into a text field beside it, which ours do not have.
    for (const input of document.querySelectorAll(".sudi input[type=file]")) {
      input.hasChangeListener = true;
    }
    // The theme gives the parts of a long form no names to lead to.
    const parts = [...document.querySelectorAll("form fieldset.module")].filter((one) => one.querySelector("h2"));
    const links = document.querySelectorAll("[data-sections] a");
    for (const [at, link] of [...links].entries()) if (parts[at]) parts[at].id = link.hash.slice(1);
    const box = document.querySelector("[data-progress]");
    if (box) follow(box);
    // The theme's scripts may have taken the focus that the summary of the errors asks for.
    document.querySelector("[data-problems]")?.focus();
    tick();
    setInterval(tick, 500);

    for (const button of document.querySelectorAll("[data-goto]")) {
      button.addEventListener("click", () => {
        const text = document.querySelector("textarea[data-lines]");
        const lines = text.value.split("\n");
        const line = Number(button.dataset.goto);
        const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
        text.closest("details").open = true;
        text.focus();
        text.setSelectionRange(start, start + (lines[line - 1] || "").length);
        // The share of the lines is near enough: long lines wrap, and how often is not known.
        text.scrollTop = (text.scrollHeight * (line - 1)) / lines.length - text.clientHeight / 3;
      });
    }
    for (const form of document.querySelectorAll("form[data-once]")) {
      form.addEventListener("submit", (event) => {
        // The server refuses a second press as well; this only spares the question.
        if (form.dataset.pressed) { event.preventDefault(); return; }
        form.dataset.pressed = "1";
        for (const button of form.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
      });
    }
    for (const form of document.querySelectorAll("form[data-live-form]")) {
      // By mouse or finger at once; by keyboard only by the button, or arrows would reload pages.
      let pointed = 0;
      form.addEventListener("pointerdown", () => { pointed = Date.now(); });
      form.addEventListener("change", () => {
        if (Date.now() - pointed < 1000) form.requestSubmit();
      });
    }
  });
  // Back from the next page: the form may be pressed again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.pressed;
  });
})();
