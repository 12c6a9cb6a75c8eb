/* In a frame on another site: tells that page how high this one is, now and whenever it changes.
   `embed.js` there sets the frame's height. Nothing else is told, so anybody may hear it. */
"use strict";

if (window.parent !== window) {
  const tell = () =>
    window.parent.postMessage({ sudiHeight: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  window.addEventListener("load", tell);
}
