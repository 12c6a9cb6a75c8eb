/* On the page that embeds a sign-up form: makes its frame as high as what stands in it. Without
   this script the frame keeps the height it was given, and scrolls. */
"use strict";

window.addEventListener("message", (event) => {
  const height = event.data && event.data.sudiHeight;
  if (!(height > 0 && height < 10000)) return;
  for (const frame of document.querySelectorAll("iframe")) {
    // Only the frame that spoke, and only while it shows the site it was made for.
    if (frame.src && frame.contentWindow === event.source && new URL(frame.src).origin === event.origin) {
      frame.style.height = `${Math.ceil(height)}px`;
    }
  }
});
