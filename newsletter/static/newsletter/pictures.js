/* Pictures while an item is written: a file that is chosen, dropped or pasted is sent at once, and
   the form keeps its name. In the text it is placed as Markdown, with the words for it to be typed.
   Without script the file goes with the form. */
(() => {
  "use strict";

  const field = (form) => form?.querySelector("[data-picture]");
  const fileOf = (transfer) => [...(transfer?.files || [])].find((file) => file.type.startsWith("image/"));

  /* The server's answer, {name, address, small}; null when it refused, which is said. */
  async function send(form, file) {
    const box = field(form), failed = box.querySelector("[data-failed]");
    const data = new FormData();
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("picture", file);
    failed.textContent = "";
    box.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(box.dataset.upload, {method: "POST", body: data, credentials: "same-origin"});
      const said = await answer.json();
      if (answer.ok) return said;
      failed.textContent = said.error;
    } catch (error) {
      failed.textContent = box.dataset.gone;
    } finally {
      box.removeAttribute("aria-busy");
    }
    return null;
  }

  async function own(form, file) {
    const said = await send(form, file), box = field(form);
    if (!said) return;
    const name = box.querySelector("input[type=hidden]");
    const remove = box.querySelector("input[type=checkbox]");
    let image = box.querySelector("img");
    if (!image) {
      image = new Image();
      image.alt = "";
      name.after(image);
    }
    name.value = said.name;
    image.src = said.small;
    image.removeAttribute("width");
    image.removeAttribute("height");
    remove.checked = false;
    remove.parentElement.hidden = false;
    name.dispatchEvent(new Event("input", {bubbles: true}));
    const words = form.elements.picture_alt;
    if (words && !words.value) words.focus();
  }

  async function within(text, file) {
    const said = await send(text.form, file);
    if (!said) return;
    const before = text.value.slice(0, text.selectionEnd), gap = !before || before.endsWith("\n\n") ? "" : "\n\n";
    const at = text.selectionEnd + gap.length + 2;
    text.setRangeText(`${gap}![](${said.address})\n\n`, text.selectionEnd, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", {bubbles: true}));
    text.focus();
    text.setSelectionRange(at, at); // Between the brackets: what does it show?
  }

  function take(target, file) {
    const form = target.closest("form");
    if (!field(form)) return false;
    if (target.matches("textarea[name=body]")) within(target, file);
    else own(form, file);
    return true;
  }

  document.addEventListener("change", (event) => {
    const input = event.target.closest?.("[data-picture] input[type=file]");
    const file = input?.files[0];
    if (!file) return;
    event.stopPropagation(); // The theme would write the file's name into the box for the words.
    input.value = "";
    own(input.form, file);
  }, true);
  document.addEventListener("paste", (event) => {
    const file = fileOf(event.clipboardData), target = event.target;
    if (!file || !target.closest || event.clipboardData.getData("text/plain")) return;
    if (take(target, file)) event.preventDefault();
  });
  document.addEventListener("dragover", (event) => {
    if (field(event.target.closest?.("form")) && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const file = fileOf(event.dataTransfer);
    if (file && event.target.closest && take(event.target, file)) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-place-picture]");
    if (!button) return;
    const text = button.closest(".sudi-marks").nextElementSibling;
    if (!field(text.form)) return;
    const input = document.createElement("input");
    input.type = "file";
    input.accept = "image/jpeg,image/png,image/webp,image/avif,image/gif";
    input.addEventListener("change", () => input.files[0] && within(text, input.files[0]));
    input.click();
  });
})();
