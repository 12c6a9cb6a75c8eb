/* Boxes for a colour get the browser's own picker beside them, and say how the colour reads on the
   ground it stands on (WCAG 2.2, 1.4.3). The box stays what is sent; without script it is all. */
(() => {
  "use strict";

  const COLOUR = /^#[0-9a-f]{6}$/i;
  const ENOUGH = 4.5;

  function luminance(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => {
      const part = parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  }

  function contrast(one, other) {
    const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  function equip(box) {
    const picker = document.createElement("input"), line = document.createElement("p");
    const {colour: ground, colourPick: pick, colourGood: good, colourWeak: weak} = box.dataset;
    picker.type = "color";
    picker.className = "sudi-colour";
    picker.setAttribute("aria-label", pick);
    line.className = "sudi-colour-said";
    line.setAttribute("role", "status");
    function say() {
      const value = box.value.trim(), known = COLOUR.test(value);
      picker.classList.toggle("unset", !value);
      if (known) picker.value = value;
      const ratio = known ? contrast(value, ground) : 0;
      line.textContent = known ? (ratio >= ENOUGH ? good : weak).replace("{ratio}", ratio.toFixed(1)) : "";
    }
    picker.addEventListener("input", () => {
      box.value = picker.value;
      box.dispatchEvent(new Event("input", {bubbles: true}));
    });
    box.addEventListener("input", say);
    box.addEventListener("change", say);
    const both = document.createElement("span");
    both.className = "sudi-colour-both";
    box.before(both);
    both.append(picker, box);
    both.after(line);
    say();
  }

  document.addEventListener("DOMContentLoaded", () => {
    for (const box of document.querySelectorAll("input[data-colour]")) equip(box);
  });
})();
