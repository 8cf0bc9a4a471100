// Shows the label anew when another size, printer or text is chosen. Without it a button of the form does the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-preview]");
  const place = document.getElementById("preview");
  if (!form || !place) return;
  form.querySelector("[data-show]")?.remove();
  let latest = 0;
  form.addEventListener("change", async (event) => {
    if (event.target.name === "count") return;
    const mine = ++latest;
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (name !== "csrf" && name !== "once" && typeof value === "string") asked.append(name, value);
    }
    place.setAttribute("aria-busy", "true");
    const answer = await fetch(`${form.dataset.preview}?${asked}`, { headers: { accept: "text/html" } }).catch(() => null);
    if (mine !== latest) return;
    place.removeAttribute("aria-busy");
    if (!answer || !answer.ok || answer.redirected) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("preview");
    if (fresh) place.replaceChildren(...fresh.childNodes);
  });
})();
