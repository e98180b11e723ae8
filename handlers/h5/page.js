// Shows which picture was picked and holds a second tap back; the forms work
// without it.
"use strict";
(() => {
  document.addEventListener("change", (e) => {
    if (e.target.type === "file" && e.target.files.length) document.getElementById("picked").textContent = "照片：" + e.target.files[0].name;
  });
  document.addEventListener("submit", async (e) => {
    const form = e.target, button = e.submitter;
    if (form.dataset.busy) { e.preventDefault(); return; }
    form.dataset.busy = "1";
    if (form.id !== "add") return;
    e.preventDefault(); // so that words are not lost when the net is
    button.disabled = true;
    const err = document.getElementById("err");
    try {
      const r = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { "X-Kefu": "1" } });
      const a = await r.json();
      if (a.ok) { location.href = location.pathname + "?ok=add"; return; }
      err.textContent = a.say;
      err.hidden = false;
    } catch {
      err.textContent = "网断了一下，写的还在，请再点一次。";
      err.hidden = false;
    }
    delete form.dataset.busy;
    button.disabled = false;
  });
})();
