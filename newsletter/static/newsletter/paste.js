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
      const source = address(node.getAttribute("src"));
      return source && !source.startsWith("mailto:") ? `![${escaped(tidy(node.getAttribute("alt") || ""))}](${source})` : "";
    }
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
    if (name === "DEL" || name === "S" || name === "STRIKE") text = marked("~~", text);
    if (((name === "EM" || name === "I" || name === "CITE") && style.fontStyle !== "normal") || style.fontStyle === "italic") text = marked("*", text);
    if (((name === "STRONG" || name === "B") && !plainWeight(style)) || (weight(style) && !/^H[1-6]$/.test(name))) text = marked("**", text);
    return text;
  }

  const paragraph = (text) => text.split("\n").map((line) => guarded(line.replace(/ +/g, " ").trim())).join("\n")
    .replace(/\n{2,}/g, "\n").trim().replace(/\n/g, "  \n");
  const indented = (text, by) => text.replace(/\n(?=.)/g, "\n" + " ".repeat(by));

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
      const parts = blocks(child, depth + 1);
      if (!parts.length) continue;
      const whole = parts.map((part, at) => (at && /^(- |\d+\. )/.test(part) ? "\n" : at ? "\n\n" : "") + part).join("");
      lines.push(mark + indented(whole, mark.length));
    }
    return lines.join("\n");
  }

  function table(node) {
    const rows = [...node.rows].map((row) => [...row.cells].map((cell) => inline(cell).replace(/\s+/g, " ").trim().replace(/\|/g, "\\|")));
    const wide = Math.max(0, ...rows.map((row) => row.length));
    if (!wide) return "";
    // Pages that lay out text by tables of one column.
    if (wide === 1) return rows.map((row) => row[0]).filter(Boolean).join("\n\n");
    const line = (row) => `| ${Array.from({length: wide}, (_, at) => row[at] || "").join(" | ")} |`;
    return [line(rows[0]), line(Array(wide).fill("---")), ...rows.slice(1).map(line)].join("\n");
  }

  /* The level of a paragraph that Word calls a list, from 1, and whether it is numbered. */
  function wordList(node) {
    const found = /mso-list:\s*l\d+\s+level(\d+)/i.exec(node.getAttribute("style") || "");
    if (!found) return null;
    const mark = [...node.querySelectorAll("span")].find((one) => /mso-list:\s*ignore/i.test(one.getAttribute("style") || ""));
    return {level: Number(found[1]), numbered: /^\s*[\p{L}\d]{1,4}[.)、]/u.test(mark ? mark.textContent : "")};
  }

  /* The blocks of a node, as Markdown. */
  function blocks(root, depth = 0) {
    const found = [];
    let run = "";
    const flush = () => {
      const text = paragraph(run);
      if (text) found.push(text);
      run = "";
    };
    if (depth > DEEPEST) return [paragraph(escaped(tidy(root.textContent || "")))].filter(Boolean);
    for (const node of root.childNodes) {
      const name = node.nodeType === Node.ELEMENT_NODE ? node.tagName : "";
      if (!name || !(BLOCKS.has(name) || node.querySelector([...BLOCKS].join(",")))) { run += inline(node); continue; }
      if (DROPPED.has(name)) continue;
      flush();
      const item = name === "P" || name === "DIV" ? wordList(node) : null;
      if (item) {
        const text = paragraph(inline(node));
        const line = "  ".repeat(item.level - 1) + (item.numbered ? "1. " : "- ") + text;
        const last = found.length - 1;
        if (text && last >= 0 && found[last].word) found[last] = Object.assign(new String(`${found[last]}\n${line}`), {word: true});
        else if (text) found.push(Object.assign(new String(line), {word: true}));
      } else if (/^H[1-6]$/.test(name)) {
        const text = inline(node).replace(/\s+/g, " ").replace(/\*\*/g, "").trim();
        if (text) found.push(`${"#".repeat(Math.max(3, Number(name[1])))} ${text}`);
      } else if (name === "UL" || name === "OL") {
        const text = list(node, depth + 1);
        if (text) found.push(text);
      } else if (name === "BLOCKQUOTE") {
        const text = blocks(node, depth + 1).join("\n\n");
        if (text) found.push(text.replace(/^/gm, "> ").replace(/^> $/gm, ">"));
      } else if (name === "PRE") {
        const text = node.textContent.replace(/\u00a0/g, " ").replace(/\n+$/, "");
        const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map((one) => one[0].length + 1)));
        if (text.trim()) found.push(`${fence}\n${text}\n${fence}`);
      } else if (name === "TABLE") {
        const text = table(node);
        if (text) found.push(text);
      } else if (name === "HR") found.push("---");
      else found.push(...blocks(node, depth + 1));
    }
    flush();
    return found;
  }

  /* HTML as the clipboard has it -> Markdown; "" where there is nothing to keep. */
  function markdown(html) {
    // Runs and loads nothing. Handlers go first: the page's policy would be asked about each.
    const still = html.replace(/<[^<>]*>/g, (tag) => tag.replace(/([\s"'/])on[a-z]+\s*=/gi, "$1data-off="));
    const page = new DOMParser().parseFromString(still, "text/html");
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
    if (!html || html.length > LARGEST || !STRUCTURE.test(html)) return;
    let text = markdown(html);
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
