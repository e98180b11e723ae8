// What the page knows and how it hears and speaks. The state is the server's; only
// what was chosen and seen is kept here.

import { stamped } from './dom.js';

const kept = (() => {
  try { return JSON.parse(localStorage.getItem('kefu-demo') || '{}'); } catch { return {}; }
})();

export const my = Object.assign({
  run: '', customer: '', staff: 'fd01', tab: 'app', ticket: '', seen: {}, heard: {}, step: 1, first: '', done: false,
}, kept);

export let state = null;
let ahead = 0; // of the demo's clock before this machine's
let tag = '';
let ask = null;
const watchers = [];

export const watch = (f) => watchers.push(f);
export const now = () => Date.now() + ahead;

export function remember() {
  try { localStorage.setItem('kefu-demo', JSON.stringify(my)); } catch { /* private window */ }
}

// stampAhead tells the chats what today is.
export function stampAhead() { stamped.ahead = ahead; }

// show draws everything again from what is known.
export function show() {
  if (state) for (const f of watchers) f(state);
}

// choose changes what is looked at and asks for it at once.
export function choose(change) {
  Object.assign(my, change);
  remember();
  tag = '';
  show();
  if (ask) ask.abort();
}

const pause = (ms) => new Promise((r) => setTimeout(r, ms));

// listen asks for the state again and again; the server answers when it changed.
export async function listen() {
  let trouble = 0;
  for (;;) {
    ask = new AbortController();
    const q = new URLSearchParams({ tag, customer: my.customer, staff: my.staff, case: my.ticket });
    try {
      const r = await fetch('/demo/state?' + q, { signal: ask.signal });
      if (!r.ok) throw new Error(String(r.status));
      const s = await r.json();
      trouble = 0;
      take(s, q);
    } catch (e) {
      if (e.name === 'AbortError') continue;
      if (++trouble === 2) say('连不上演示程序。它停了的话，在终端里再开一次。');
      await pause(Math.min(400 * trouble, 3000));
      tag = '';
    }
  }
}

function take(s, q) {
  if (my.run !== s.run) { // another beginning: nothing of the last one counts
    Object.assign(my, { run: s.run, customer: '', ticket: '', seen: {}, heard: {}, step: 1, first: '', done: false });
  }
  if (!my.customer && s.customers.length) {
    my.customer = s.customers[0].id;
    remember();
    ahead = s.now - Date.now();
    tag = '';
    state = s;
    return;
  }
  if (q.get('customer') !== my.customer || q.get('staff') !== my.staff || q.get('case') !== my.ticket) return;
  state = s;
  ahead = s.now - Date.now();
  tag = s.tag;
  show();
}

let hide = 0;

// say shows a sentence for a while.
export function say(words) {
  const t = document.getElementById('toast');
  t.textContent = words;
  t.hidden = false;
  clearTimeout(hide);
  hide = setTimeout(() => { t.hidden = true; }, 4500);
}

// send does something; what follows comes with the state. It gives the answer, or
// null after saying why not.
export async function send(path, body) {
  try {
    const r = await fetch('/demo/' + path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
    });
    const v = await r.json();
    if (r.ok) return v;
    say(v.say || '没做成，再试一次。');
  } catch {
    say('连不上演示程序。它停了的话，在终端里再开一次。');
  }
  return null;
}

export const asCustomer = (body) => send('customer', { as: my.customer, ...body });
export const asStaff = (body) => send('staff', { as: my.staff, ...body });

// openAs opens one of the program's own pages as somebody: the simulated platform
// signs in whom the cookie names.
export function openAs(kind, who, url) {
  document.cookie = `${kind === 'staff' ? 'sim_member' : 'sim_openid'}=${encodeURIComponent(who)}; path=/; SameSite=Lax`;
  const u = new URL(url);
  if (kind === 'staff' && u.origin === location.origin) u.searchParams.set('fresh', '1');
  window.open(u.href, '_blank', 'noopener');
}
