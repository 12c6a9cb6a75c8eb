/* Boxes for Markdown: what is pasted from Word, Feishu, Notion, Google Docs or a web page becomes
   Markdown, and a small toolbar writes the marks. The server reads the result like any other text:
   nothing here is trusted. */
(() => {
  "use strict";

  const BOXES = "textarea[name=body], textarea[name=insight], textarea[name=intro], textarea[name=bullet_lines]";
  const LARGEST = 3000000; // Characters of HTML; of more the browser's own plain text is taken.
  const DROPPED = new Set(["SCRIPT", "STYLE", "HEAD", "META", "LINK", "TITLE", "TEMPLATE", "NOSCRIPT",
    "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "BUTTON", "INPUT", "SELECT", "TEXTAREA", "O:P"]);
  const BLOCKS = new Set(["P", "DIV", "SECTION", "ARTICLE", "HEADER", "FOOTER", "MAIN", "ASIDE", "NAV",
    "FIGURE", "FIGCAPTION", "ADDRESS", "DL", "DT", "DD", "DETAILS", "SUMMARY", "BODY", "FORM", "FIELDSET",
    "H1", "H2", "H3", "H4", "H5", "H6", "UL", "OL", "LI", "BLOCKQUOTE", "PRE", "TABLE", "HR"]);
  const DEEPEST = 60;
  const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", PLAIN = "0123456789+-=()ni";
  // Pictures of the last paste that have no address a reader could open.
  let lost = 0;

  function address(text) {
    try {
      const url = new URL((text || "").trim());
      if (!["http:", "https:", "mailto:"].includes(url.protocol)) return "";
      return url.href.replace(/[()\s<>]/g, encodeURIComponent).replace(/\(/g, "%28").replace(/\)/g, "%29");
    } catch (error) { return ""; }
  }

  const tidy = (text) => text.replace(/[\u200b\u200c\u2060\ufeff\u00ad]/g, "").replace(/[\s\u00a0]+/g, " ");
  const escaped = (text) => text
    .replace(/[\\`*[\]<]/g, "\\$&")
    .replace(/(^|[^\p{L}\p{N}])_|_(?=[^\p{L}\p{N}]|$)/gu, (found) => found.replace("_", "\\_"));
  // What would be a heading, a quote or a list at the beginning of a line.
  const guarded = (line) => line.replace(/^(\s*)(#{1,6}\s|>|[-+]\s|={3,}|-{3,}|\|)/, "$1\\$2").replace(/^(\s*\d{1,9})([.)]\s)/, "$1\\$2");

  /* `**text**` with the spaces outside, for none may stand inside the marks. */
  function marked(mark, text) {
    const found = /^(\s*)([\s\S]*?)(\s*)$/.exec(text);
    if (!found[2] || found[2].includes(mark)) return text;
    return found[1] + mark + found[2] + mark + found[3];
  }

  /* 10 to the sixth is not 106: small figures as characters of their own, where each has one. */
  function raised(text, small) {
    const found = [...text.trim()].map((one) => small[PLAIN.indexOf(one)]);
    return found.length && found.every(Boolean) && !/\s/.test(text.trim()) ? found.join("") : text;
  }

  const weight = (style) => style.fontWeight === "bold" || Number(style.fontWeight) >= 600;
  const plainWeight = (style) => style.fontWeight === "normal" || (style.fontWeight && Number(style.fontWeight) < 600);

  function inline(node, depth = 0) {
    if (node.nodeType === Node.TEXT_NODE) return escaped(tidy(node.data));
    if (node.nodeType !== Node.ELEMENT_NODE || DROPPED.has(node.tagName.toUpperCase()) || depth > DEEPEST) return "";
    const raw = node.getAttribute("style") || "", style = node.style || {};
    // Word writes a list's marker as text; the list is made from the paragraph's own style.
    if (/mso-list:\s*ignore/i.test(raw) || style.display === "none") return "";
    const name = node.tagName;
    if (name === "BR") return "\n";
    if (name === "IMG") {
      // Pages that load pictures late, WeChat's among them, keep the address beside a stand-in.
      const source = [node.getAttribute("src"), node.dataset.src].map(address).find((one) => one.startsWith("http"));
      if (source) return `![${escaped(tidy(node.getAttribute("alt") || ""))}](${source})`;
      // An empty stand-in or a tracking dot is no picture that anybody misses.
      if (!(node.getAttribute("width") === "1" || /^data:image\/(?:svg|gif)/i.test(node.getAttribute("src") || ""))) lost += 1;
      return "";
    }
    // The mark of a remark in Word's margin, and the sign beside a heading that links to itself.
    if (name === "A" && (node.classList.contains("msocomanchor") || /^[¶#§🔗\s]+$/u.test(node.textContent))) return "";
    if (name === "CODE" || name === "KBD" || name === "SAMP" || name === "TT") {
      const text = tidy(node.textContent).trim();
      const fence = text.includes("`") ? "``" : "`";
      return text ? (fence.length > 1 ? `${fence} ${text} ${fence}` : `${fence}${text}${fence}`) : "";
    }
    let text = [...node.childNodes].map((one) => inline(one, depth + 1)).join("");
    if (name === "A") {
      const target = address(node.getAttribute("href"));
      const label = text.replace(/\s+/g, " ").trim();
      return target && label ? `[${label}](${target})` : text;
    }
    if (name === "SUP" || name === "SUB") return raised(text, name === "SUP" ? RAISED : LOWERED);
    if (name === "DEL" || name === "S" || name === "STRIKE") text = marked("~~", text);
    if (((name === "EM" || name === "I" || name === "CITE") && style.fontStyle !== "normal") || style.fontStyle === "italic") text = marked("*", text);
    if (((name === "STRONG" || name === "B") && !plainWeight(style)) || (weight(style) && !/^H[1-6]$/.test(name))) text = marked("**", text);
    return text;
  }

  const paragraph = (text) => text.split("\n").map((line) => guarded(line.replace(/ +/g, " ").trim())).join("\n")
    .replace(/\n{2,}/g, "\n").trim().replace(/\n/g, "  \n");
  const indented = (text, by) => text.replace(/\n(?=.)/g, "\n" + " ".repeat(by));

  /* A list whose items come one by one, each with its level, as Word and Feishu write it. What is
     below an item stands under that item's text: two places to the right of a dash, three of "1.". */
  class Levels {
    constructor() { this.lines = []; this.open = []; }
    add(level, number, text) {
      let before = null;
      while (this.open.length && this.open.at(-1).level >= level) before = this.open.pop();
      const count = number && (before?.level === level && before.number ? before.number + 1 : number);
      const mark = count ? `${count}. ` : "- ";
      const left = this.open.reduce((sum, one) => sum + one.width, 0);
      this.lines.push(" ".repeat(left) + mark + indented(text, left + mark.length));
      this.open.push({level, number: count, width: mark.length});
    }
    toString() { return this.lines.join("\n"); }
  }

  function list(node, depth) {
    const lines = [];
    let number = Number(node.getAttribute("start")) || 1;
    for (const child of node.children) {
      // A list right inside a list, as Word and Google Docs write it, belongs to the item above.
      if (child.tagName === "UL" || child.tagName === "OL") {
        const inner = list(child, depth + 1);
        if (inner) lines.push("  " + indented(inner, 2));
        continue;
      }
      if (DROPPED.has(child.tagName)) continue;
      const mark = node.tagName === "OL" ? `${number++}. ` : "- ";
      const parts = blocks(child, depth + 1).map(String);
      if (!parts.length) continue;
      const whole = parts.map((part, at) => (at && /^(- |\d+\. )/.test(part) ? "\n" : at ? "\n\n" : "") + part).join("");
      lines.push(mark + indented(whole, mark.length));
    }
    return lines.join("\n");
  }

  /* A cell is one line: its paragraphs and bullets stand beside each other, not in one word. */
  function cellText(cell) {
    const parts = cell.querySelector([...BLOCKS].join(",")) ? blocks(cell).map(String) : [inline(cell)];
    return parts.join("\n").replace(/^\s*(?:- |#+ |> ?)/gm, "").replace(/\s+/g, " ").trim().replace(/\|/g, "\\|");
  }

  function table(node) {
    const rows = [...node.rows].map((row) => [...row.cells].map(cellText));
    const wide = Math.max(0, ...rows.map((row) => row.length));
    if (!wide) return "";
    // Pages that lay out text by tables of one column.
    if (wide === 1) return rows.map((row) => row[0]).filter(Boolean).join("\n\n");
    const line = (row) => `| ${Array.from({length: wide}, (_, at) => row[at] || "").join(" | ")} |`;
    return [line(rows[0]), line(Array(wide).fill("---")), ...rows.slice(1).map(line)].join("\n");
  }

  /* The level of a paragraph that Word calls a list, from 1, and its number; 0 without one. */
  function wordList(node) {
    const found = /mso-list:\s*(l\d+)\s+level(\d+)/i.exec(node.getAttribute("style") || "");
    if (!found) return null;
    const mark = [...node.querySelectorAll("span")].find((one) => /mso-list:\s*ignore/i.test(one.getAttribute("style") || ""));
    const label = mark ? mark.textContent.trim() : "";
    const numbered = /^[\p{L}\d]{1,4}[.)、]/u.test(label);
    return {list: found[1], level: Number(found[2]), number: numbered ? parseInt(label, 10) || 1 : 0};
  }

  /* The level of a list that says it itself, because its items are lists of their own: Feishu in
     the class, Word on the web in each item; 0 for a list that stands in another one. */
  function ownLevel(node) {
    const named = /(?:^|\s)list-(?:bullet|number|check)(\d+)/.exec(node.className || "");
    const said = named ? named[1] : node.querySelector(":scope > li")?.dataset.ariaLevel;
    return Math.min(Number(said) || 0, 9);
  }

  /* A program's text: Feishu has a block a line, others have line breaks. */
  function codeText(node) {
    const whole = node.querySelectorAll("code"), copy = (whole.length === 1 ? whole[0] : node).cloneNode(true);
    for (const one of copy.querySelectorAll("button, .linenumber, .line-number, .lineno")) one.remove();
    for (const one of copy.querySelectorAll("br")) one.replaceWith("\n");
    for (const one of copy.querySelectorAll("div, p, li, tr")) if (!one.textContent.endsWith("\n")) one.append("\n");
    return copy.textContent.replace(/\u00a0/g, " ").replace(/[\u200b\ufeff]/g, "").replace(/\n+$/, "");
  }

  /* The blocks of a node, as Markdown: texts, and lists that may still grow. */
  function blocks(root, depth = 0, found = []) {
    let run = "";
    const flush = () => {
      const text = paragraph(run);
      if (text) found.push(text);
      run = "";
    };
    if (depth > DEEPEST) {
      const text = paragraph(escaped(tidy(root.textContent || "")));
      if (text) found.push(text);
      return found;
    }
    for (const node of root.childNodes) {
      const name = node.nodeType === Node.ELEMENT_NODE ? node.tagName : "";
      if (!name || !(BLOCKS.has(name) || node.querySelector([...BLOCKS].join(",")))) { run += inline(node); continue; }
      if (DROPPED.has(name)) continue;
      flush();
      const item = name === "P" || name === "DIV" ? wordList(node) : null;
      if (item) {
        const text = paragraph(inline(node)), last = found.at(-1);
        const levels = last instanceof Levels && last.list === item.list ? last : Object.assign(new Levels(), {list: item.list});
        if (!text) continue;
        levels.add(item.level, item.number, text);
        if (levels !== last) found.push(levels);
      } else if (/^H[1-6]$/.test(name)) {
        const text = inline(node).replace(/\s+/g, " ").replace(/\*\*/g, "").trim();
        if (text) found.push(`${"#".repeat(Math.max(3, Number(name[1])))} ${text}`);
      } else if (name === "UL" || name === "OL") {
        const level = ownLevel(node), text = level ? "" : list(node, depth + 1);
        if (level) levelled(node, level, found, depth);
        else if (text && continues(found.at(-1), text)) found.push(`${found.pop()}\n${text}`);
        else if (text) found.push(text);
      } else if (name === "BLOCKQUOTE") {
        const text = blocks(node, depth + 1).map(String).join("\n\n");
        if (text) found.push(text.replace(/^/gm, "> ").replace(/^> $/gm, ">"));
      } else if (name === "PRE") {
        const text = codeText(node);
        const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((one) => one[0].length + 1)));
        if (text.trim()) found.push(`${fence}\n${text}\n${fence}`);
      } else if (name === "TABLE") {
        const text = table(node);
        if (text) found.push(text);
      } else if (name === "HR") found.push("---");
      else blocks(node, depth + 1, found);
    }
    flush();
    return found;
  }

  /* Whether a list goes on with the one before it: Notion and Yuque write an item a list. */
  function continues(before, text) {
    if (typeof before !== "string") return false;
    const number = /^(\d+)\. /.exec(text);
    return number ? /^\d+\. /.test(before) && number[1] !== "1" : /^- /.test(before) && /^- /.test(text);
  }

  /* The items of a list that knows its level, added to the list before it. */
  function levelled(node, level, found, depth) {
    const levels = found.at(-1) instanceof Levels ? found.at(-1) : new Levels();
    let number = node.tagName === "OL" ? Number(node.getAttribute("start")) || 1 : 0;
    for (const child of node.children) {
      if (child.tagName !== "LI") continue;
      const text = blocks(child, depth + 1).map(String).join("\n");
      if (text) levels.add(Math.min(Number(child.dataset.ariaLevel) || level, 9), number, text);
      if (number) number += 1;
    }
    if (levels.lines.length && levels !== found.at(-1)) found.push(levels);
  }

  // What a program shows beside its text, or what is struck out of it. Word: the remarks of colleagues,
  // the line above its notes, what a reviewer took out. Wikis: marks of notes that are not taken along.
  const ASIDE = "[style*='mso-element:comment'], [style*='mso-element:footnote-list'] hr, del[cite][datetime], "
    + "sup a[href*='#cite_note'], .mw-editsection";

  /* A formula as it was written, in place of its drawing, which has lost powers and fractions. */
  function written(page) {
    for (const source of page.querySelectorAll("annotation[encoding='application/x-tex']")) {
      const whole = source.closest(".katex, .mwe-math-element"), code = page.createElement("code");
      code.textContent = source.textContent.trim().replace(/^\{\\displaystyle\s+([\s\S]*)\}$/, "$1");
      whole?.replaceWith(code);
    }
  }

  /* HTML as the clipboard has it -> Markdown; "" where there is nothing to keep. */
  function markdown(html) {
    // Runs and loads nothing. Handlers go first: the page's policy would be asked about each.
    const still = html.replace(/<[^<>]*>/g, (tag) => tag.replace(/([\s"'/])on[a-z]+\s*=/gi, "$1data-off="));
    const page = new DOMParser().parseFromString(still, "text/html");
    for (const one of page.querySelectorAll(ASIDE)) one.remove();
    written(page);
    lost = 0;
    return blocks(page.body).map(String).join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
  }

  const STRUCTURE = /<(?:a|b|strong|i|em|u|h[1-6]|ul|ol|li|blockquote|pre|code|table|img|p|br|div)\b/i;

  function insert(box, text) {
    box.focus();
    // Keeps the browser's own undo, which setting the value would end.
    if (!document.execCommand("insertText", false, text)) {
      box.setRangeText(text, box.selectionStart, box.selectionEnd, "end");
      box.dispatchEvent(new Event("input", {bubbles: true}));
    }
  }

  document.addEventListener("paste", (event) => {
    const box = event.target.closest?.(BOXES);
    if (!box || !event.clipboardData) return;
    const plain = event.clipboardData.getData("text/plain");
    const html = event.clipboardData.getData("text/html");
    const chosen = box.value.slice(box.selectionStart, box.selectionEnd);
    if (chosen && !chosen.includes("\n") && /^https?:\/\/\S+$/.test(plain.trim()) && address(plain)) {
      event.preventDefault();
      insert(box, `[${chosen}](${address(plain)})`);
      return;
    }
    // An editor of program text says so, and what it holds is Markdown already.
    const source = event.clipboardData.types.includes("vscode-editor-data");
    if (!html || source || html.length > LARGEST || !STRUCTURE.test(html)) return;
    let text = markdown(html);
    const line = box.previousElementSibling?.querySelector?.("[data-lost]");
    if (line) line.textContent = lost ? line.dataset.lost : "";
    if (!text) return;
    if (box.name === "bullet_lines") {
      text = text.split(/\n{2,}/).map((part) => (/^\s*(- |\d+\. )/.test(part) ? part.replace(/^(\s*)\d+\. /gm, "$1- ") : "- " + part.replace(/^#+ /, "").replace(/\s*\n\s*/g, " "))).join("\n");
    }
    if (text.includes("\n") || box.name === "bullet_lines") {
      const apart = box.name === "bullet_lines" ? "\n" : "\n\n";
      if (box.selectionStart && !box.value.slice(0, box.selectionStart).endsWith("\n")) text = apart + text;
      if (box.selectionEnd < box.value.length && box.value[box.selectionEnd] !== "\n") text += apart;
    }
    event.preventDefault();
    insert(box, text);
  });

  // --- the toolbar -----------------------------------------------------------------------------

  function around(box, before, after) {
    const start = box.selectionStart, chosen = box.value.slice(start, box.selectionEnd);
    insert(box, before + chosen + after);
    if (!chosen) box.setSelectionRange(start + before.length, start + before.length);
  }

  function lines(box, mark) {
    const start = box.value.lastIndexOf("\n", box.selectionStart - 1) + 1;
    let end = box.value.indexOf("\n", box.selectionEnd);
    if (end < 0) end = box.value.length;
    box.setSelectionRange(start, end);
    insert(box, box.value.slice(start, end).split("\n").map((line) => mark + line).join("\n"));
  }

  const ACTS = {
    bold: (box) => around(box, "**", "**"),
    italic: (box) => around(box, "*", "*"),
    link: (box) => around(box, "[", "](https://)"),
    list: (box) => lines(box, "- "),
    quote: (box) => lines(box, "> "),
    code: (box) => (box.value.slice(box.selectionStart, box.selectionEnd).includes("\n") ? around(box, "```\n", "\n```") : around(box, "`", "`")),
  };
  const KEYS = {b: "bold", i: "italic", k: "link"};

  document.addEventListener("focusin", (event) => {
    const box = event.target.closest?.(BOXES), words = document.querySelector("[data-marks]");
    if (!box || !words || box.previousElementSibling?.matches(".sudi-marks")) return;
    const bar = words.content.firstElementChild.cloneNode(true);
    box.before(bar);
    bar.addEventListener("mousedown", (press) => press.preventDefault());
    bar.addEventListener("click", (press) => {
      const button = press.target.closest("[data-mark]");
      if (button) ACTS[button.dataset.mark](box);
    });
  });
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.(BOXES), act = KEYS[event.key.toLowerCase()];
    if (!box || !act || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    ACTS[act](box);
  });

  window.sudiPaste = {markdown};
})();
