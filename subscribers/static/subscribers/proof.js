/* Solves the form's proof of work (ALTCHA, version 2, SHA-256) in a worker while the visitor types.
   Without this script, or where it fails, the form works all the same: the server is only
   stricter about how many sign-ups it takes from one network. */
"use strict";

for (const form of document.querySelectorAll("form[data-challenge]")) {
  const answer = form.elements.altcha;
  let waiting = null;
  let worker;
  try {
    worker = new Worker(form.dataset.worker);
  } catch {
    continue;
  }
  const finish = (payload) => {
    worker.terminate();
    worker = null;
    answer.value = payload;
    if (waiting) {
      clearTimeout(waiting);
      form.submit();
    }
  };
  worker.onmessage = (event) => finish(event.data);
  worker.onerror = () => finish("");
  worker.postMessage(form.dataset.challenge);
  form.addEventListener("submit", (event) => {
    if (!worker || waiting) return;
    // Pressed before it is solved: wait for it, but no longer than a person would.
    event.preventDefault();
    form.setAttribute("aria-busy", "true");
    waiting = setTimeout(() => worker && finish(""), 8000);
  });
}
