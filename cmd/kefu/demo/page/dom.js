// Elements are made here, and only as text: nothing that came from anybody is ever
// read as HTML.

export const $ = (id) => document.getElementById(id);

// el makes <tag class="…">, with attributes, listeners (on…) and children; a child
// that is a string becomes text.
export function el(spec, attrs, ...children) {
  const [tag, ...classes] = spec.split('.');
  const e = document.createElement(tag || 'div');
  if (classes.length) e.className = classes.join(' ');
  for (const [k, v] of Object.entries(attrs || {})) {
    if (v === undefined || v === null || v === false) continue;
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v);
    else if (k === 'data') Object.assign(e.dataset, v);
    else if (k in e && k !== 'list') e[k] = v;
    else e.setAttribute(k, v);
  }
  e.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
  return e;
}

// fill replaces what box holds; what is not there is left out.
export function fill(box, ...children) {
  box.replaceChildren(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== ''));
}

// keyed brings the children of box in line with items: one element for each key,
// built anew only when what it shows has changed. Open choices and what is being
// pressed survive that way. It says whether something was added at the end.
export function keyed(box, items, key, build, depends = '') {
  const old = new Map();
  for (const c of [...box.children]) {
    if (c.dataset.key === undefined) c.remove();
    else old.set(c.dataset.key, c);
  }
  let before = null;
  let added = false;
  items.forEach((item, i) => {
    const k = String(key(item));
    const says = JSON.stringify(item) + depends;
    let e = old.get(k);
    old.delete(k);
    if (!e || e.says !== says) {
      const fresh = build(item, i);
      fresh.dataset.key = k;
      fresh.says = says;
      if (e) e.replaceWith(fresh);
      else if (i === items.length - 1) added = true;
      e = fresh;
    }
    const at = before ? before.nextSibling : box.firstChild;
    if (at !== e) box.insertBefore(e, at);
    before = e;
  });
  for (const c of old.values()) c.remove();
  return added;
}

// follow keeps a chat at its end when it was there, or when asked to.
export function follow(box, change, force) {
  const near = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
  const added = change();
  if (near || force || added) box.scrollTop = box.scrollHeight;
}

// safe is an http address, or nothing.
export function safe(url) {
  try {
    const u = new URL(url, location.href);
    return u.protocol === 'http:' || u.protocol === 'https:' ? u.href : '';
  } catch {
    return '';
  }
}

// linked is text whose addresses can be opened; open is told which.
export function linked(text, open) {
  const out = [];
  let at = 0;
  for (const m of text.matchAll(/https?:\/\/[^\s，。；）)]+/g)) {
    const url = safe(m[0]);
    if (!url) continue;
    out.push(text.slice(at, m.index), el('button.link', { type: 'button', onclick: () => open(url) }, '打开'));
    at = m.index + m[0].length;
  }
  out.push(text.slice(at));
  return out;
}

export function avatar(name, n) {
  return el('span.avatar.c' + (n % 7), { 'aria-hidden': 'true' }, [...name][0] || '客');
}

export const clockText = (iso) => new Date(iso).toLocaleTimeString('zh-CN', {
  hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Shanghai',
});

export const dayText = (iso) => new Date(iso).toLocaleDateString('zh-CN', {
  month: 'numeric', day: 'numeric', timeZone: 'Asia/Shanghai',
}).replace('/', ' 月 ') + ' 日';

// stamps puts a line with the time before items that follow a pause.
export function stamped(items, build) {
  return (item, i) => {
    const before = items[i - 1];
    const pause = !before || new Date(item.at) - new Date(before.at) > 4 * 60e3;
    const e = build(item);
    if (!pause) return e;
    const sameDay = dayText(item.at) === dayText(Date.now() + (stamped.ahead || 0));
    return el('div.stamped', null, el('div.stamp', null, (sameDay ? '' : dayText(item.at) + ' ') + clockText(item.at)), e);
  };
}
