// Follows the work on an order while its page is open. The page itself says everything; this only keeps it fresh.
"use strict";
(() => {
  const box = document.querySelector("[data-progress]");
  if (!box || !window.EventSource) return;
  const bar = box.querySelector("progress");
  const text = box.querySelector("[data-said]");
  const source = new EventSource(box.dataset.progress);
  source.addEventListener("progress", (event) => {
    const now = JSON.parse(event.data);
    text.textContent = now.said;
    if (now.total > 0) {
      bar.max = now.total;
      bar.value = now.done;
    } else {
      bar.removeAttribute("value");
    }
  });
  // The next stage has another page: files to download, or why there are none.
  source.addEventListener("changed", () => {
    source.close();
    location.reload();
  });
  addEventListener("pagehide", () => source.close());
})();
