/* In a frame on another site: tells that page how high this one is, now and whenever it changes.
   `embed.js` there sets the frame's height. Nothing else is told, so anybody may hear it. */
"use strict";

if (window.parent !== window) {
  const tell = () =>
    window.parent.postMessage({ sudiHeight: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
  window.addEventListener("load", tell);
}

// What a press of the button brought: whoever pressed it far below is led there. Browsers heed no
// `autofocus` in a frame of another site.
const news = document.querySelector("[data-news]");
if (news) news.focus();
