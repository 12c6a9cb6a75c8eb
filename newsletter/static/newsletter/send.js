/* The send page follows its sentence: whatever is chosen in it changes the sentence, the button and
   the figures at once. Without this script a button inside of the sentence asks for the page. */
(() => {
  "use strict";

  const form = document.getElementById("release");
  if (!form) return;
  let asking = null;
  let waiting = 0;

  // What the sentence asks for and the button does not say yet must not be pressed.
  function hold(held) {
    for (const button of document.querySelectorAll("[data-live=button] button[form=release]")) {
      button.disabled = held;
    }
  }

  function take(fresh, open) {
    for (const part of document.querySelectorAll("[data-live]")) {
      // A person may be in the middle of this one.
      if (open && part.closest("details") === open && part.contains(document.activeElement)) continue;
      const now = fresh.querySelector(`[data-live="${part.dataset.live}"]`);
      if (now) part.replaceWith(document.importNode(now, true));
    }
  }

  async function ask(data) {
    if (asking) asking.abort();
    const mine = asking = new AbortController();
    hold(true);
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: data, credentials: "same-origin", signal: mine.signal,
      });
      // Signed out, or it was released meanwhile: that page says so.
      if (answer.redirected || ![200, 409, 422].includes(answer.status)) {
        location.reload();
        return false;
      }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asking) return false;
      take(fresh, document.querySelector(".sudi-part[open]"));
      return true;
    } catch (error) {
      // The server compares what is pressed with what the button said, whatever stands here.
      if (mine === asking) hold(false);
      return false;
    }
  }

  document.addEventListener("submit", async (event) => {
    const button = event.submitter;
    const inside = event.target === form && button && button.closest(".sudi-part");
    if (!inside) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const part = button.closest(".sudi-part");
    const field = form.elements.at;
    const data = new FormData(form, button);
    if (button.value === "now" || button.value === "slot") field.value = "";
    if (button.value.startsWith("at:")) field.value = button.value.slice(3, 19);
    if (!await ask(data)) return;
    const wrong = part.querySelector(".sudi-error");
    if (wrong) { field.focus(); return; }
    part.open = false;
    part.querySelector("summary").focus();
  }, true);

  form.addEventListener("input", (event) => {
    if (!event.target.matches("[data-asks]")) return;
    hold(true);
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const data = new FormData(form);
      data.append("what", event.target.dataset.asks);
      ask(data);
    }, 300);
  });

  // A part closes as menus do.
  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && !event.isComposing && document.querySelector(".sudi-part[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll(".sudi-part[open]")) {
      if (!open.contains(event.target)) open.open = false;
    }
  });
})();
