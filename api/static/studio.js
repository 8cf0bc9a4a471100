// Shows the label anew a moment after something was changed. Without it the button "show" does the same.
"use strict";
(() => {
  const form = document.querySelector("form[data-trial]");
  const place = document.getElementById("trial");
  if (!form || !place) return;
  let latest = 0;
  let waiting = 0;
  const show = async () => {
    const mine = ++latest;
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") asked.append(name, value);
    asked.set("do", "show");
    place.setAttribute("aria-busy", "true");
    const answer = await fetch(form.action, { method: "POST", body: asked, headers: { accept: "text/html" } }).catch(() => null);
    if (mine !== latest) return;
    place.removeAttribute("aria-busy");
    if (!answer || !answer.ok || answer.redirected) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("trial");
    if (fresh) place.replaceChildren(...fresh.childNodes);
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 350);
  });
})();
