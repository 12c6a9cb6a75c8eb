/* Passkeys: a form whose field for a code was left empty asks the device, and another one has it make
   a new passkey. What the device answers travels in a hidden field of the form; the site judges it. */
(() => {
  "use strict";

  const said = document.querySelector("[data-passkey-said]");
  if (!said) return;

  // WebAuthn speaks in bytes, JSON and forms in base64url (level 3, section 5.1.8); not every browser
  // and password manager that has passkeys turns one into the other.
  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  const named = (list) => (list || []).map((one) => ({...one, id: bytes(one.id)}));

  async function signed(options) {
    const asked = {
      ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials),
    };
    const found = await navigator.credentials.get({publicKey: asked});
    return written(found, ["clientDataJSON", "authenticatorData", "signature", "userHandle"], {});
  }

  async function made(options) {
    const asked = {
      ...options, challenge: bytes(options.challenge), user: {...options.user, id: bytes(options.user.id)},
      excludeCredentials: named(options.excludeCredentials),
    };
    const found = await navigator.credentials.create({publicKey: asked});
    const transports = found.response.getTransports ? found.response.getTransports() : [];
    return written(found, ["clientDataJSON", "attestationObject"], {transports});
  }

  function written(found, parts, more) {
    const response = {...more};
    for (const part of parts) if (found.response[part]) response[part] = text(found.response[part]);
    return JSON.stringify({id: found.id, rawId: text(found.rawId), type: found.type, response});
  }

  function say(why) {
    said.textContent = said.dataset[why] || "";
    said.hidden = !why;
  }

  // One question at a time: a second press while the browser's window is open asks nothing.
  let asking = false;

  async function ask(work) {
    if (asking) return null;
    if (!window.PublicKeyCredential) { say("none"); return null; }
    asking = true;
    say("");
    try {
      return await work();
    } catch (error) {
      const names = {InvalidStateError: "again", SecurityError: "none", TypeError: "lost", SyntaxError: "lost"};
      say(names[error.name] || "refused");
      return null;
    } finally {
      asking = false;
    }
  }

  async function question(form) {
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    const answer = await fetch(form.dataset.passkeyQuestion, {
      method: "POST", body: data, credentials: "same-origin",
    });
    // Signed out meanwhile, or the passkey was removed elsewhere.
    if (!answer.ok) throw new TypeError("no question");
    return answer.json();
  }

  for (const form of document.querySelectorAll("form[data-passkey-question]")) {
    const {code, passkey} = form.elements;
    let answered = false;
    form.addEventListener("submit", async (event) => {
      if (answered || code.value.trim() || event.submitter?.hasAttribute("data-passkey-not")) return;
      event.preventDefault();
      const found = await ask(async () => signed(await question(form)));
      if (!found) return;
      passkey.value = found;
      answered = true;
      form.requestSubmit(event.submitter);
    });
    const button = form.querySelector("[data-passkey-ask]");
    if (!button) continue;
    button.hidden = false;
    button.addEventListener("click", () => { code.value = ""; form.requestSubmit(); });
  }

  for (const form of document.querySelectorAll("form[data-passkey-new]")) {
    const button = form.querySelector("[data-passkey-ask]");
    button.hidden = false;
    button.focus();
    button.addEventListener("click", async () => {
      const found = await ask(() => made(JSON.parse(form.dataset.passkeyNew)));
      if (!found) return;
      form.elements.made.value = found;
      form.requestSubmit();
    });
  }
})();
