// What the ticket page does besides: forms in place, live parts, phrases, typing.
// Without it every form and link still works.
"use strict";
(() => {
  const $ = (sel, in_ = document) => in_.querySelector(sel);
  const caseID = document.body.dataset.case;
  let phone = "";

  const said = (text, bad) => {
    const p = $("#said");
    if (!p || !text) return;
    p.textContent = text;
    p.hidden = false;
    p.classList.toggle("bad", !!bad);
    clearTimeout(said.t);
    said.t = setTimeout(() => { p.hidden = true; }, 8000);
  };
  if ($("#said") && !$("#said").hidden) said($("#said").textContent);

  // Parts of the page that the server renders anew. What somebody is filling in
  // stays until they are done.
  let waiting = {};
  const busy = (el) => el.contains(document.activeElement) && document.activeElement.matches("input,textarea,select,button") ||
    el.id === "acts" && $("details[open]", el);
  const put = (parts, now) => {
    for (const [id, html] of Object.entries(parts || {})) {
      const el = document.getElementById(id);
      if (!el) continue;
      if (!now && busy(el)) { waiting[id] = html; continue; }
      delete waiting[id];
      const low = atEnd();
      el.innerHTML = html;
      if (id === "head") showPhone();
      if (id === "credit") relabel();
      if (id === "talklist" && low) toEnd();
      if (id === "talklist") { clearTimeout(put.asked); put.asked = setTimeout(suggest, 1500); }
    }
  };
  setInterval(() => { const w = waiting; waiting = {}; put(w); }, 1000);

  const atEnd = () => {
    const s = $(".scroll");
    return s && s.scrollHeight - s.scrollTop - s.clientHeight < 120;
  };
  const toEnd = () => {
    const s = $(".scroll");
    if (s) s.scrollTop = s.scrollHeight;
  };
  const relabel = () => {
    const b = $("#credit [data-button]"), send = $("#send");
    if (b && send) { send.textContent = b.dataset.button; send.classList.toggle("keep", b.classList.contains("keep")); }
  };
  const showPhone = () => {
    const el = $("[data-phone]");
    if (el && phone) el.textContent = phone;
  };

  // Each sending has a name, kept until it succeeded: sent twice, it is done once.
  const name = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const post = async (form, extra) => {
    const data = new FormData(form);
    form.dataset.once ||= name();
    if (data.has("once")) data.set("once", form.dataset.once);
    for (const [k, v] of Object.entries(extra || {})) data.set(k, v);
    const body = form.enctype === "multipart/form-data" ? data : new URLSearchParams(data);
    const r = await fetch(form.action, { method: "POST", body, headers: { "X-Kefu": "1", "Accept": "application/json" } });
    const a = await r.json();
    delete form.dataset.once;
    return a;
  };
  const fail = (form, text, force) => {
    const p = $(".err", form);
    if (p) { p.textContent = text; p.hidden = false; p.scrollIntoView({ block: "nearest" }); } else said(text, true);
    const f = $(".force", form);
    if (f) f.hidden = !force;
  };
  document.addEventListener("submit", async (e) => {
    const form = e.target;
    if (form.matches("[data-phoneform]")) {
      e.preventDefault();
      const dial = e.submitter && e.submitter.hasAttribute("data-dial");
      try {
        if (!phone) {
          const a = await post(form);
          if (!a.ok) { said(a.say, true); return; }
          phone = a.phone;
        }
        showPhone();
        if (dial) { location.href = "tel:" + phone; setTimeout(() => openSheet("sheet-called"), 800); }
      } catch { said("网断了一下，请再点一次。", true); }
      return;
    }
    if (!form.dataset.act) return;
    e.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "1";
    const button = e.submitter;
    if (button) button.disabled = true;
    try {
      const a = await post(form, button && button.name ? { [button.name]: button.value } : {});
      if (!a.ok) { fail(form, a.say, a.force); return; }
      if (a.act === "go") { location.href = a.say; return; }
      const err = $(".err", form);
      if (err) err.hidden = true;
      if ("stay" in form.dataset) { form.closest("li").classList.add("gone"); said(a.say); return; }
      form.reset();
      if (form.id === "say") { picked(); grow(); try { sessionStorage.removeItem("words/" + caseID); } catch { /* not kept */ } }
      const d = form.closest("details");
      if (d) d.open = false;
      const menu = form.closest("details.menu");
      if (menu) menu.open = false;
      put(a.parts, true);
      said(a.say);
      if (form.id === "say" || form.dataset.act === "note") toEnd();
    } catch { fail(form, "网断了一下，刚才的话还在，请再点一次。"); } finally {
      delete form.dataset.busy;
      if (button) button.disabled = false;
    }
  });

  // What may be decided is told of the form that is chosen.
  document.addEventListener("change", (e) => {
    const head = e.target.id === "grant-form" && e.target.selectedOptions[0]?.dataset.head;
    if (head) $("[data-head]", e.target.form).textContent = head;
  });

  // Sheets: one at a time, closed by Escape.
  const openSheet = (id) => {
    const d = document.getElementById(id);
    if (!d) return;
    d.open = true;
    const first = $("textarea,input:not([type=hidden])", d);
    if (first) first.focus({ preventScroll: true });
  };
  document.addEventListener("click", (e) => {
    const a = e.target.closest("[data-open]");
    if (a) { e.preventDefault(); $("#tab-talk").checked = true; openSheet(a.dataset.open); return; }
    const ph = e.target.closest("[data-phrase]");
    if (ph) { e.preventDefault(); usePhrase(ph); return; }
    document.querySelectorAll("details.menu[open],#phrases[open]").forEach((d) => { if (!d.contains(e.target)) d.open = false; });
    document.querySelectorAll("details.sheet[open]").forEach((d) => { if (!d.contains(e.target) || e.target === d) d.open = false; });
    if (e.target.id === "doprint") print();
  });
  document.addEventListener("keydown", (e) => {
    if (e.key === "Escape") document.querySelectorAll("details[open]").forEach((d) => { d.open = false; });
  });

  // The input: grows, keeps a draft, shows phrases after "/", tells that one types.
  const words = $("#words");
  const grow = () => { if (!words) return; words.style.height = "auto"; words.style.height = Math.min(words.scrollHeight, 160) + "px"; };
  const picked = () => {
    const f = $("#picture"), p = $("#picked");
    if (!f || !p) return;
    p.hidden = !f.files.length;
    if (f.files.length) p.textContent = "图片：" + f.files[0].name;
  };
  const usePhrase = (a) => {
    words.value = words.value.replace(/(^|\s)\/\S*$/, "$1") + a.dataset.phrase;
    $("#phrases").open = false;
    words.focus();
    grow();
  };
  const match = () => {
    const box = $("#phrases");
    if (!box) return;
    const m = /(?:^|\s)\/(\S*)$/.exec(words.value);
    if (!m) { if (box.dataset.auto) { box.open = false; delete box.dataset.auto; } box.querySelectorAll("li").forEach((li) => { li.hidden = false; }); return; }
    box.querySelectorAll("a").forEach((a) => { a.parentElement.hidden = !a.dataset.name.includes(m[1]); });
    if (!box.open) { box.open = true; box.dataset.auto = "1"; }
  };
  if (words) {
    let last = 0;
    const key = "words/" + caseID;
    try { if (!words.value) words.value = sessionStorage.getItem(key) || ""; } catch { /* not kept */ }
    words.addEventListener("input", () => {
      grow();
      match();
      try { sessionStorage.setItem(key, words.value); } catch { /* not kept */ }
      if (Date.now() - last > 4000 && words.value) {
        last = Date.now();
        fetch("/t/" + caseID + "/typing", { method: "POST", headers: { "X-Kefu": "1" } }).catch(() => {});
      }
    });
    words.addEventListener("keydown", (e) => {
      if (e.key === "Enter" && (e.ctrlKey || e.metaKey)) { e.preventDefault(); $("#say").requestSubmit($("#send")); }
    });
    $("#picture").addEventListener("change", picked);
    grow();
    relabel();
    if (location.hash === "#reply") { $("#tab-talk").checked = true; words.focus(); }
    if (location.hash.startsWith("#sheet-")) { $("#tab-talk").checked = true; openSheet(location.hash.slice(1)); }
  }

  // What a model proposes: a summary, and a reply to look at and send.
  const suggest = async () => {
    const sum = $("#summary"), draft = $("#draft");
    if (!sum || !draft) return;
    try {
      const r = await fetch("/t/" + caseID + "/suggest", { headers: { "Accept": "application/json" } });
      const a = r.status === 200 ? await r.json() : {};
      sum.textContent = a.summary ? "概要：" + a.summary : "";
      sum.hidden = !a.summary;
      $("span", draft).textContent = a.draft ? "草稿：" + a.draft : "";
      draft.dataset.text = a.draft || "";
      draft.hidden = !a.draft || !!words.value;
    } catch { /* the page works without */ }
  };
  $("#draft button")?.addEventListener("click", () => {
    words.value = $("#draft").dataset.text;
    $("#draft").hidden = true;
    words.dispatchEvent(new Event("input"));
    words.focus();
  });

  if (caseID) {
    toEnd();
    suggest();
    const listen = () => {
      const es = new EventSource("/t/" + caseID + "/events");
      es.onmessage = (e) => { try { put(JSON.parse(e.data).parts); } catch { /* the next one */ } };
      es.onerror = () => { if (es.readyState === 2) setTimeout(listen, 15000); };
    };
    listen();
  }
})();
