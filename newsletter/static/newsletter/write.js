/* The page to write on: items open where they stand, buttons act without a new page, the preview
   follows what is typed. Everything here is also a plain link or form (templates: write*.html). */
(() => {
  "use strict";

  const page = document.querySelector("[data-write]");
  if (!page) return;
  const find = (name, inside = page) => inside.querySelector(name);
  const frame = find("iframe");
  const choice = find("[data-choice]");
  const PART = {"X-Sudi-Part": "1"};
  const TYPED = 120; // Milliseconds without a key before the preview is asked for.
  const MEASURE = 1500, LONGEST = 5000;
  // A whole edition that took longer than this is made in a pause; meanwhile the open item alone.
  const QUICK = 300;
  let timer = 0, measuring = 0, whole = 0, asked = null, renewing = null, took = 0;
  // When a key was last pressed; since when a whole edition is on its way, or 0.
  let keyed = 0, going = 0;
  // Items whose story was told before, as the server last said.
  let told = [];
  // Forms that were closed with something unsaved in them.
  const closed = new Map();

  // An input method is choosing characters: its keys are its own, and a field that moves in the page
  // would lose what it holds. Safari says so of its last key only by the number 229.
  let composing = false;
  const composes = (event) => event.isComposing || event.keyCode === 229;
  const settled = () => composing
    ? new Promise((done) => page.addEventListener("compositionend", done, {once: true}))
    : Promise.resolve();
  page.addEventListener("compositionstart", () => { composing = true; });
  page.addEventListener("compositionend", () => { composing = false; });

  const say = (text) => { find("[data-status]").textContent = text || ""; };
  const openForm = () => find(".sudi-write-form form[data-editing]");
  const rowOf = (node) => node.closest("[data-item]");
  const rows = () => [...page.querySelectorAll("[data-item]")];

  /* Answer, or null when the page went elsewhere: to the login, or because it is no draft now. */
  async function ask(address, options) {
    const answer = await fetch(address, {credentials: "same-origin", ...options});
    if (answer.redirected && new URL(answer.url).pathname.includes("/login/")) {
      const line = find(".sudi-kept");
      say(line ? line.dataset.ended : "");
      return null;
    }
    return answer;
  }

  const element = (html) => {
    const template = document.createElement("template");
    template.innerHTML = html.trim();
    return template.content.firstElementChild;
  };

  // --- the preview ---------------------------------------------------------------------------

  function body(measure) {
    const form = openForm();
    const data = form ? new FormData(form) : new FormData(find("#row-act"));
    for (const [name, value] of new FormData(choice)) data.append(name, value);
    if (form) data.set("editing", form.dataset.editing);
    if (measure) data.set("measure", "1");
    data.delete("do");
    // Kept by the form's own script: a preview on its way would bring back what was saved meanwhile.
    data.delete("unsaved");
    return data;
  }

  /* The nodes between the comments around an item in the frame: `<!--item full 12-->` and its end. */
  function placesOf(item) {
    const document = frame.contentDocument, found = [];
    const comments = document.createTreeWalker(document, NodeFilter.SHOW_COMMENT);
    while (comments.nextNode()) {
      const [word, block, number] = comments.currentNode.data.split(" ");
      if (word === "item" && number === item) found.push([block, comments.currentNode]);
    }
    return found;
  }

  /* The open item in place of the one that is shown; the rest follows when typing pauses. */
  async function showPart() {
    asked?.abort();
    asked = new AbortController();
    const data = body(false), item = data.get("editing");
    data.set("part", "1");
    try {
      const answer = await ask(page.dataset.live, {method: "POST", body: data, signal: asked.signal});
      if (!answer || !answer.ok) return;
      const said = await answer.json();
      for (const [block, begin] of placesOf(item)) {
        if (!said.parts?.[block]) continue;
        const fresh = frame.contentDocument.createElement("template");
        fresh.innerHTML = said.parts[block];
        while (begin.nextSibling && begin.nextSibling.data !== "item end") begin.nextSibling.remove();
        begin.after(fresh.content);
      }
      find("[data-minutes]").textContent = said.minutes;
      page.dispatchEvent(new CustomEvent("sudi:shown"));
    } catch (error) {
      if (error.name !== "AbortError") say(page.dataset.gone);
    }
  }

  /* A tick for each category that the issue has come to hold since the page was opened. */
  function offer(choices) {
    const box = find("[data-choices]");
    const offered = new Set([...box.querySelectorAll("[name=offered]")].map((one) => one.value));
    for (const [value, name] of choices || []) {
      if (offered.has(value)) continue;
      const label = element('<label class="sudi-check"><input type="checkbox" checked> <span></span></label>');
      const hidden = element('<input type="hidden" name="offered">');
      const tick = label.firstElementChild, tail = value === "*tail";
      tick.name = tail ? "tail" : "c";
      tick.value = tail ? "1" : value;
      label.lastElementChild.textContent = tail ? box.dataset.tail : name;
      hidden.value = value;
      box.append(label, hidden);
    }
  }

  async function show() {
    asked?.abort();
    asked = new AbortController();
    const begun = going = performance.now();
    try {
      const answer = await ask(page.dataset.live, {method: "POST", body: body(false), signal: asked.signal});
      if (!answer || !answer.ok) return;
      const said = await answer.json();
      // The longest yet: what the server has kept it shows at once, and a keystroke changes that.
      took = Math.max(took, performance.now() - begun);
      const top = frame.contentWindow?.scrollY || 0;
      frame.addEventListener("load", () => frame.contentWindow.scrollTo(0, top), {once: true});
      frame.srcdoc = said.html;
      find("[data-minutes]").textContent = said.minutes;
      find("[data-count]").textContent = said.items;
      offer(said.choices);
      page.dispatchEvent(new CustomEvent("sudi:shown"));
    } catch (error) {
      if (error.name !== "AbortError") say(page.dataset.gone);
    } finally {
      if (going === begun) going = 0;
    }
    const box = find("[data-frame]");
    box.className = `sudi-frame ${choice.elements.width.value} ${choice.elements.look.value}`;
  }

  async function measure() {
    try {
      const answer = await ask(page.dataset.live, {method: "POST", body: body(true)});
      if (!answer?.ok) return;
      const said = await answer.json();
      find("[data-size]").textContent = said.size;
      told = said.told;
      markTold();
    } catch (error) { /* The next pause asks again. */ }
  }

  /* Of 300 items it takes longer to find than the page to open: it comes with the size. */
  function markTold() {
    for (const chip of page.querySelectorAll("[data-told-chip]")) chip.remove();
    for (const item of told) {
      const title = find(`[data-item="${item}"] .sudi-write-title`);
      if (!title) continue;
      const chip = document.createElement("span");
      chip.className = "sudi-chip warn";
      chip.dataset.toldChip = "";
      chip.textContent = page.dataset.told;
      title.after(chip);
    }
  }

  /* Text of one's own that was left in a form, in this window or in another. */
  function markUnsaved() {
    const left = new Set([...page.dataset.unsaved.trim().split(/\s+/), ...closed.keys()]);
    for (const row of rows()) {
      const unsaved = left.has(row.dataset.item) && !row.contains(openForm());
      row.classList.toggle("unsaved", unsaved);
      find("[data-unsaved-chip]", row)?.remove();
      if (!unsaved) continue;
      const chip = document.createElement("span");
      chip.className = "sudi-chip warn";
      chip.dataset.unsavedChip = "";
      chip.textContent = page.dataset.unsavedWord;
      find(".sudi-write-title", row).after(chip);
    }
  }

  /* The first key after a pause is answered at once; while an answer is on its way the next question
     waits for it, so that quick typing piles up no work for the server. */
  function soon(wait = TYPED, typed = false) {
    clearTimeout(timer);
    clearTimeout(measuring);
    clearTimeout(whole);
    const alone = typed && took > QUICK && placesOf(openForm()?.dataset.editing).length;
    const now = performance.now(), first = typed && now - keyed > TYPED;
    if (typed) keyed = now;
    const next = () => {
      if (alone) showPart();
      else if (going && performance.now() - going < LONGEST) timer = setTimeout(next, TYPED);
      else show();
    };
    timer = setTimeout(next, first ? 0 : wait);
    // A whole edition that is slow to make would keep the next key's item waiting.
    const rest = alone ? Math.min(Math.max(MEASURE, took), LONGEST) : 0;
    if (alone) whole = setTimeout(show, rest);
    measuring = setTimeout(measure, rest + MEASURE);
  }

  // --- opening, saving, closing ----------------------------------------------------------------

  function close(focus = true) {
    const form = openForm();
    if (!form) return;
    const row = rowOf(form), part = form.closest(".sudi-write-form");
    if (form.dataset.dirty) {
      closed.set(row.dataset.item, part);
      window.sudiUnsaved?.keep(form);
    }
    part.remove();
    markUnsaved();
    const link = find("[data-open]", row);
    link.setAttribute("aria-expanded", "false");
    if (focus) link.focus();
    soon();
  }

  async function open(row, address) {
    if (openForm()) {
      const same = rowOf(openForm()) === row;
      close(same);
      if (same && !address) return;
    }
    const link = find("[data-open]", row);
    let part = address ? null : closed.get(row.dataset.item);
    closed.delete(row.dataset.item);
    if (!part) {
      const answer = await ask(address || link.href, {headers: PART});
      if (!answer) return;
      if (!answer.ok) { say(page.dataset.gone); return; }
      part = element(await answer.text());
      // The list may have been renewed meanwhile.
      row = find(`[data-item="${row.dataset.item}"]`);
      if (!row || openForm()) return;
    }
    row.append(part);
    row.classList.remove("unsaved");
    find("[data-unsaved-chip]", row)?.remove();
    const first = find("textarea, input:not([type=hidden])", part);
    first?.focus({preventScroll: true});
    // What a new item is called until somebody names it: typing takes its place.
    if (first?.name === "title" && first.value === page.dataset.newItem) first.select();
    find("[data-open]", row).setAttribute("aria-expanded", "true");
    row.scrollIntoView({block: "nearest"});
    soon();
  }

  async function save(form, next = false) {
    if (form.inert) return false; // It is on its way.
    const item = rowOf(form).dataset.item;
    const active = document.activeElement;
    // A key that is pressed now would be in nothing that is sent, and go with the form.
    form.inert = true;
    const back = () => {
      form.inert = false;
      if (form.contains(active)) active.focus();
    };
    renewing?.abort();
    await window.sudiUnsaved?.done(form);
    let answer;
    try {
      // What a browser can it still sends after the page was closed.
      const keepalive = !window.sudiUnsaved?.long(form);
      const post = () => ask(form.action, {method: "POST", body: new FormData(form), headers: PART, keepalive});
      answer = await post();
      if (answer?.status === 403 && await window.sudiUnsaved?.renewed(form)) answer = await post();
    } catch (error) {
      back();
      say(page.dataset.gone);
      window.sudiUnsaved?.again(form);
      return false;
    }
    if (!answer) { back(); return false; }
    if (answer.redirected) { location.assign(answer.url); return false; }
    const text = await answer.text();
    if (answer.status === 409 || answer.status === 422) {
      const part = element(text);
      form.closest(".sudi-write-form").replaceWith(part);
      find("form", part).dataset.dirty = "1";
      (find(".wrong textarea, .wrong input", part) || part).focus();
      soon();
      return false;
    }
    if (!answer.ok) {
      back();
      say([403, 404].includes(answer.status) ? page.dataset.refused : page.dataset.gone);
      window.sudiUnsaved?.again(form);
      return false;
    }
    const fresh = element(text);
    find(`[data-item="${item}"]`).replaceWith(fresh);
    say(page.dataset.saved);
    find("[data-open]", fresh).focus();
    soon();
    if (next) {
      const all = rows(), after = all[all.indexOf(fresh) + 1];
      if (after) await open(after);
    }
    refresh();
    return true;
  }

  // --- the list --------------------------------------------------------------------------------

  function swap(text) {
    const other = new DOMParser().parseFromString(text, "text/html");
    const fresh = other.querySelector("[data-write]");
    if (!fresh) { location.reload(); return; }
    const part = openForm()?.closest(".sudi-write-form");
    const item = part ? rowOf(part).dataset.item : "";
    const active = document.activeElement, inside = part?.contains(active);
    const focused = active?.matches?.("[data-open]") ? rowOf(active).dataset.item : "";
    for (const name of ["[data-rows]", "[data-tools]"]) {
      find(name).replaceWith(document.importNode(find(name, fresh), true));
    }
    markTold();
    const notes = fresh.querySelector("[data-notes]")?.textContent.trim();
    if (notes) say(notes);
    if (part && item !== "about") {
      const row = find(`[data-item="${item}"]`);
      if (row) { row.append(part); find("[data-open]", row).setAttribute("aria-expanded", "true"); }
    }
    page.dataset.unsaved = fresh.dataset.unsaved;
    markUnsaved();
    // Moving a node takes its focus away.
    if (inside && part.isConnected) active.focus({preventScroll: true});
    else if (focused) find(`[data-item="${focused}"] [data-open]`)?.focus({preventScroll: true});
  }

  /* What was asked for before the next change says nothing of what is there after it. */
  async function refresh() {
    renewing?.abort();
    const mine = renewing = new AbortController();
    try {
      const answer = await ask(location.pathname, {signal: mine.signal});
      if (!answer?.ok) return;
      const text = await answer.text();
      await settled();
      if (!mine.signal.aborted) swap(text);
    } catch (error) {
      if (error.name !== "AbortError") say(page.dataset.gone);
    }
  }

  /* What joins, parts or copies an item takes what is stored: what was typed is saved first. A new
     text has new parts, so it is asked again where it is parted; a deleted one is kept for an undo. */
  async function act(form, button) {
    const data = new FormData(form, button), what = data.get("do"), typed = openForm();
    const mine = typed?.dataset.dirty && rowOf(typed).dataset.item === data.get("item");
    if (mine && what === "delete") await window.sudiUnsaved?.keep(typed);
    else if (mine && ["merge", "split", "duplicate"].includes(what)) {
      if (!await save(typed)) return;
      if (what === "split") {
        await open(find(`[data-item="${data.get("item")}"]`));
        find("select[name=part]")?.focus();
        return;
      }
    }
    await send(form, data);
  }

  async function send(form, data) {
    renewing?.abort();
    let answer;
    try {
      answer = await ask(form.action, {method: "POST", body: data, headers: PART});
    } catch (error) { say(page.dataset.gone); return; }
    if (!answer) return;
    const wanted = new URL(answer.url);
    if (wanted.pathname !== location.pathname) { location.assign(answer.url); return; }
    const gone = data.get("do") === "delete" || data.get("do") === "merge" || data.get("do") === "split";
    if (gone && openForm()) { window.sudiUnsaved?.done(openForm()); openForm().closest(".sudi-write-form").remove(); }
    const editing = openForm() && openForm().contains(document.activeElement);
    swap(await answer.text());
    const at = wanted.searchParams.get("at");
    const row = at && document.getElementById(`item-${at}`);
    if (data.get("do") === "address" && row) form.elements.url.value = "";
    if (["add", "address"].includes(data.get("do")) && row) open(row);
    else if (row && !editing) find("[data-open]", row).focus();
    else if (!editing) find("[data-open]")?.focus();
    soon();
  }

  // --- moving by pointer and to a place -------------------------------------------------------

  const items = () => [...find("[data-rows]").children];
  let drag = null;

  function moveTo(row, place) {
    const form = find("#row-act"), data = new FormData(form);
    data.set("do", "to");
    data.set("item", row.dataset.item);
    data.set("place", String(place));
    return send(form, data);
  }

  /* Before which row a row dropped here would stand; null for the end of the list. */
  const rowBelow = (y) => items().find((one) => {
    // The middle of its head: a row with an open form is as high as that form.
    const head = find(".sudi-write-moves", one).getBoundingClientRect().bottom;
    return y < (one.getBoundingClientRect().top + head) / 2;
  }) || null;

  function mark(below) {
    for (const one of items()) one.classList.remove("drop-before", "drop-after");
    if (below) below.classList.add("drop-before");
    else items().at(-1)?.classList.add("drop-after");
  }

  function endDrag() {
    if (!drag) return;
    clearInterval(drag.scroll);
    drag.row.classList.remove("dragged");
    for (const one of items()) one.classList.remove("drop-before", "drop-after");
    drag = null;
  }

  page.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (!handle || event.button !== 0) return;
    drag = {row: rowOf(handle), y: event.clientY, from: event.clientY, moved: false};
    handle.setPointerCapture(event.pointerId);
  });
  page.addEventListener("pointermove", (event) => {
    if (!drag) return;
    drag.y = event.clientY;
    if (!drag.moved && Math.abs(drag.y - drag.from) < 5) return;
    if (!drag.moved) {
      drag.moved = true;
      drag.row.classList.add("dragged");
      drag.scroll = setInterval(() => {
        const edge = 60, low = window.innerHeight - edge;
        if (drag.y > edge && drag.y < low) return;
        window.scrollBy(0, drag.y <= edge ? -14 : 14);
        mark(rowBelow(drag.y));
      }, 16);
    }
    mark(rowBelow(drag.y));
  });
  page.addEventListener("pointerup", () => {
    if (!drag) return;
    const {row, moved, y} = drag, below = rowBelow(y);
    endDrag();
    if (!moved) return;
    // The click that follows is the end of the drag, not a press.
    row.dataset.dropped = "1";
    setTimeout(() => delete row.dataset.dropped, 0);
    const order = items().filter((one) => one !== row);
    const place = below === row ? items().indexOf(row) : below ? order.indexOf(below) : order.length;
    if (place === items().indexOf(row)) return;
    find("[data-rows]").insertBefore(row, order[place] || null);
    moveTo(row, place + 1);
  });
  page.addEventListener("pointercancel", endDrag);

  const placing = find("[data-place-dialog]");
  function askPlace(row) {
    placing.dataset.of = row.dataset.item;
    const box = find("input", placing);
    box.max = String(items().length);
    box.value = String(items().indexOf(row) + 1);
    placing.returnValue = "";
    placing.showModal();
    box.select();
  }
  placing.addEventListener("close", () => {
    const row = find(`[data-rows] [data-item="${placing.dataset.of}"]`);
    if (!row) return;
    if (placing.returnValue === "move") moveTo(row, Number(find("input", placing).value));
    else find("[data-open]", row).focus();
  });

  // --- what people do --------------------------------------------------------------------------

  page.addEventListener("click", (event) => {
    const handle = event.target.closest("[data-drag]");
    if (handle) {
      if (!rowOf(handle).dataset.dropped) askPlace(rowOf(handle));
      return;
    }
    const link = event.target.closest("[data-open]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      open(rowOf(link));
    } else if (event.target.closest("[data-close]")) close();
    else if (event.target.closest("[data-turn]")) {
      const turned = page.classList.toggle("turned");
      event.target.closest("[data-turn]").setAttribute("aria-pressed", String(turned));
      page.scrollIntoView();
    }
  });
  page.addEventListener("sudi:again", (event) => {
    const row = rowOf(event.target);
    delete event.target.dataset.dirty;
    open(row, find("[data-open]", row).href);
  });
  page.addEventListener("submit", (event) => {
    if (event.target === choice) { event.preventDefault(); soon(0); return; }
    if (placing.contains(event.target)) return;
    event.preventDefault();
    if (event.target.dataset.editing) save(event.target);
    else act(event.target, event.submitter);
  });
  page.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-editing]");
    if (form) form.dataset.dirty = "1";
    if (form || choice.contains(event.target)) soon(TYPED, Boolean(form));
  });
  document.addEventListener("keydown", (event) => {
    if (composes(event)) return;
    const form = openForm();
    const command = event.ctrlKey || event.metaKey;
    if (command && event.key.toLowerCase() === "s" && form) { event.preventDefault(); save(form); return; }
    if (command && event.key === "Enter" && form) { event.preventDefault(); save(form, true); return; }
    if (event.key === "Escape" && form?.contains(document.activeElement)) { close(); return; }
    if (event.key === "Escape" && drag) { endDrag(); return; }
    const row = document.activeElement?.closest?.("[data-item]");
    if (event.key === "m" && !command && !event.altKey && row && document.activeElement.matches("[data-rows] [data-open]")) {
      if (localStorage.getItem("sudi-single-keys") !== "off") { event.preventDefault(); askPlace(row); }
      return;
    }
    const up = event.key === "ArrowUp";
    if (!row || !page.contains(row) || (!up && event.key !== "ArrowDown")) return;
    if (event.altKey) {
      const button = find(`[value^="${up ? "up" : "down"}."]`, row);
      if (button) { event.preventDefault(); act(button.form, button); }
    } else if (document.activeElement.matches("[data-open]")) {
      const all = rows(), next = all[all.indexOf(row) + (up ? -1 : 1)];
      if (next) { event.preventDefault(); find("[data-open]", next).focus(); }
    }
  });

  // --- who is here -----------------------------------------------------------------------------

  const beat = (what) => {
    const data = new FormData(find("#row-act"));
    if (what) data.set("do", what);
    return data;
  };
  async function here() {
    try {
      const answer = await ask(page.dataset.here, {method: "POST", body: beat("")});
      if (answer?.ok) find("[data-others]").textContent = (await answer.json()).text || "";
    } catch (error) { /* Said by the next save. */ }
    setTimeout(here, 15000);
  }
  window.addEventListener("pagehide", () => navigator.sendBeacon(page.dataset.here, beat("leave")));

  // A save on its way is warned of: nobody knows yet whether it arrives.
  window.addEventListener("beforeunload", (event) => { if (openForm()?.inert) event.preventDefault(); });

  markUnsaved();
  here();
  // One after the other: both make the whole mail, and the server keeps the last that it made.
  show().then(() => { measuring = setTimeout(measure, 0); });
})();
