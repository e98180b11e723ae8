// The staff's WeCom: who, the app's chat with its cards, the two groups.
import { $, el, keyed, follow, stamped, avatar, linked, safe } from './dom.js';
import { asStaff, choose, my, openAs, remember, state } from './link.js';
import { visible } from './phone.js';

const picks = new Map(); // task id and question → what was picked
let shownFor = '';

export function startStaff() {
  $('say-staff').addEventListener('submit', (e) => {
    e.preventDefault();
    const text = $('staff-text').value.trim();
    if (!text) return;
    $('staff-text').value = '';
    if (my.tab !== 'app') choose({ tab: 'app' });
    asStaff({ do: 'type', text });
  });
  $('staff-picture').addEventListener('click', () => asStaff({ do: 'picture' }));
}

const unread = (p) => p.seqs.filter((q) => q > (my.seen[p.id] || 0)).length;
const unreadGroup = (g) => g.lines.filter((l) => l.seq > (my.seen['#' + g.key] || 0)).length;

export function drawStaff(s) {
  see(s);
  drawPeople(s);
  drawTabs(s);
  if (my.tab === 'app' && s.inbox_of !== my.staff) return; // theirs is on its way
  const to = my.tab === 'app' ? my.staff : '#' + my.tab;
  const changed = shownFor !== to;
  if (changed) $('inbox').replaceChildren();
  shownFor = to;
  $('say-staff').hidden = my.tab !== 'app';
  if (my.tab === 'app') drawApp(s, changed);
  else drawGroup(s.groups.find((g) => g.key === my.tab), changed);
}

// see notes what is before the reader's eyes now.
function see(s) {
  if (!visible('work')) return;
  const last = (list) => (list.length ? list[list.length - 1] : 0);
  const note = (key, n) => {
    if (n <= (my.seen[key] || 0)) return;
    my.seen[key] = n;
    remember();
  };
  const p = s.staff.find((x) => x.id === my.staff);
  if (my.tab === 'app' && p) note(p.id, last(p.seqs));
  const g = s.groups.find((x) => x.key === my.tab);
  if (g) note('#' + g.key, last(g.lines.map((l) => l.seq)));
}

function drawPeople(s) {
  const rows = s.staff.map((p) => ({ id: p.id, name: p.name, job: p.job, duty: p.on, on: p.id === my.staff, n: unread(p) }));
  keyed($('staff'), rows, (p) => p.id, (p, i) => el('button.who' + (p.on ? '.on' : '') + (p.duty ? '' : '.off'), {
    type: 'button', title: p.job + (p.duty ? '，在岗' : '，不在岗'), 'aria-pressed': String(p.on), data: { staff: p.id },
    onclick: () => choose({ staff: p.id, tab: 'app' }),
  }, avatar(p.name, i + 2), el('b', null, p.name), el('small', null, p.duty ? p.job : '下班'), p.n > 0 && el('i.count', null, String(p.n))));
}

function drawTabs(s) {
  const rows = [{ key: 'app', title: '应用', n: 0 }, ...s.groups.map((g) => ({ key: g.key, title: g.title, n: unreadGroup(g) }))]
    .map((r) => ({ ...r, on: r.key === my.tab }));
  keyed($('tabs'), rows, (r) => r.key, (r) => el('button' + (r.on ? '.on' : ''), {
    type: 'button', 'aria-pressed': String(r.on), onclick: () => choose({ tab: r.key }),
  }, r.title, r.n > 0 && el('i.count', null, String(r.n))));
}

function drawApp(s, changed) {
  const items = s.inbox;
  if (items.length) {
    follow($('inbox'), () => keyed($('inbox'), items, (i) => i.seq, stamped(items, item), my.staff), changed);
    return;
  }
  const p = s.staff.find((x) => x.id === my.staff) || {};
  $('inbox').replaceChildren(el('p.empty', null, `${p.name || ''}还没有收到卡片。`, el('br'),
    p.on === false ? '现在不在岗；拨钟到上班的时候，或看别的同事。' : '让左边的客人说件事，卡片就到这里；也可以打“帮助”看能做什么。'));
}

function drawGroup(g, changed) {
  if (!g) return;
  const who = g.key === 'staff' ? '新单会在这里出一行。让左边的客人投诉一次。' : '重大投诉会到这里。试试左边的“3 又来催”。';
  if (!g.lines.length) {
    $('inbox').replaceChildren(el('p.empty', null, who));
    return;
  }
  follow($('inbox'), () => keyed($('inbox'), g.lines, (l) => l.seq, stamped(g.lines, (l) => el('div.line', null,
    el('span.avatar.robot', { 'aria-hidden': 'true' }, '机'),
    el('div.bubble.text', null, el('span', null, linked(l.text || '', page)), (l.mentions || []).length > 0 && el('small', null, ' @' + l.mentions.map(nameOf).join(' @')))
  )), g.key), changed);
}

const nameOf = (u) => (state.staff.find((p) => p.id === u) || { name: u === '@all' ? '所有人' : u }).name;
const page = (url) => openAs('staff', my.staff, url);

function item(i) {
  if (i.recalled) return el('div.notice', null, '已撤回');
  if (i.card) return el('div.line.wide', null, card(i.card));
  const mine = i.from === 'member';
  return el('div.line' + (mine ? '.mine' : ''), null,
    !mine && el('span.avatar.robot', { 'aria-hidden': 'true' }, '服'),
    el('div.bubble.' + (i.kind === 'image' ? 'image' : 'text'), null, inside(i)));
}

function inside(i) {
  if (i.kind === 'image') return [el('img', { src: '/sim' + i.picture, alt: '照片', loading: 'lazy' })];
  if (i.kind === 'voice') return [el('span.wave', null, '语音')];
  const out = [i.title && el('b', null, i.title)];
  if (i.parts) out.push(el('span', null, i.parts.map((p) => (p.url && safe(p.url) ? el('button.link', { type: 'button', onclick: () => page(p.url) }, p.text) : p.text))));
  else out.push(el('span', null, linked(i.text || '', page)));
  if (i.kind === 'textcard' && safe(i.url || '')) out.push(el('button.link.wide', { type: 'button', onclick: () => page(i.url) }, '详情'));
  return out;
}

function card(c) {
  const title = el('div.card-title', null, el('b', null, c.title), c.desc && el('small', null, c.desc));
  return el('article.card' + (c.grey ? '.grey' : '') + (/^重大|^VIP/.test(c.title) ? '.hot' : ''), { data: { task: c.task_id || '' } },
    c.url && safe(c.url) ? el('button.card-open', { type: 'button', title: '打开工单页', onclick: () => page(c.url) }, title, el('span.chev', { 'aria-hidden': 'true' }, '›')) : title,
    c.quote && el('blockquote', null, c.quoted && el('small', null, c.quoted), c.quote),
    c.sub && el('p', null, c.sub),
    (c.lines || []).length > 0 && el('dl', null, c.lines.map((l) => [el('dt', null, l.name), el('dd', null, l.value)])),
    (c.selects || []).map((q) => pick(c, q)),
    (c.buttons || []).length > 0 && el('div.btns', null, c.buttons.map((b) => el('button.press' + (b.style === 1 ? '.main' : ''), {
      type: 'button', data: { press: b.label }, onclick: (e) => press(e, c, b),
    }, b.label))),
    c.done && el('div.done', null, c.done));
}

const at = (c, q) => c.task_id + ' ' + q.key;

function pick(c, q) {
  const chosen = picks.get(at(c, q)) ?? q.selected ?? '';
  const box = el('select', { 'aria-label': q.title || '选一个', onchange: (e) => picks.set(at(c, q), e.target.value) },
    !chosen && el('option', { value: '', selected: true, disabled: true }, '选一个'),
    q.options.map((o) => el('option', { value: o.key, selected: o.key === chosen }, o.label)));
  return el('label.pick', null, el('span', null, q.title || ''), box);
}

function press(e, c, b) {
  const btn = e.currentTarget;
  btn.classList.add('pressed');
  setTimeout(() => btn.classList.remove('pressed'), 1500);
  const chosen = {};
  for (const q of c.selects || []) {
    const v = picks.get(at(c, q));
    if (v) chosen[q.key] = v;
  }
  asStaff({ do: 'press', card: c.task_id, key: b.key, picks: chosen });
}
