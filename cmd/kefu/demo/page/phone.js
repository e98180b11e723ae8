// The customer's phone.
import { $, el, keyed, follow, stamped, avatar, safe } from './dom.js';
import { asCustomer, choose, my, now, openAs, remember, send, state } from './link.js';
import { drawTries } from './tries.js';

let shownFor = '';

export function startPhone() {
  $('say-guest').addEventListener('submit', (e) => {
    e.preventDefault();
    const text = $('guest-text').value.trim();
    if (!text) return;
    $('guest-text').value = '';
    asCustomer({ do: 'say', text });
  });
  document.addEventListener('click', (e) => {
    if (!e.target.closest('#menu') && !e.target.closest('#menu-up')) $('menu-up').hidden = true;
  });
  setInterval(() => state && drawCredit(state.phone), 1000);
}

export function drawPhone(s) {
  drawCustomers(s);
  const p = s.phone;
  if (p.openid !== my.customer) return;
  $('phone-title').textContent = p.typing ? '对方正在输入…' : p.title;
  drawCredit(p);
  const changed = shownFor !== my.customer;
  if (changed) $('bubbles').replaceChildren();
  shownFor = my.customer;
  const items = p.bubbles;
  if (items.length) follow($('bubbles'), () => keyed($('bubbles'), items, (b) => b.seq, stamped(items, bubble), my.customer), changed);
  else $('bubbles').replaceChildren(el('p.empty', null, p.following ? '还没说过话。从下面“试试”里点一句，或自己打。' : ''));
  drawAway(p);
  drawMenu(s.menu);
  drawTries(s);
  if (visible('guest')) {
    const row = s.customers.find((c) => c.id === my.customer);
    if (row && my.heard[row.id] !== row.last) {
      my.heard[row.id] = row.last;
      remember();
    }
  }
}

export const visible = (tab) => getComputedStyle(document.querySelector('.col.' + tab)).display !== 'none';

function drawCustomers(s) {
  const rows = s.customers.map((c) => ({ ...c, on: c.id === my.customer, dot: c.id !== my.customer && c.last > (my.heard[c.id] || 0) && c.last > 0 && c.id in my.heard }));
  keyed($('customers'), [...rows, { id: '+' }], (c) => c.id, (c, i) => {
    if (c.id === '+') {
      return el('button.who.new', { type: 'button', title: '再来一位客人', onclick: another }, el('span.avatar.plus', null, '＋'), el('b', null, '新客'));
    }
    return el('button.who' + (c.on ? '.on' : ''), {
      type: 'button', title: c.note, 'aria-pressed': String(c.on), onclick: () => choose({ customer: c.id }),
    }, avatar(c.name, i), el('b', null, c.name), el('small', null, c.tier), c.dot && el('i.dot'));
  });
  for (const c of s.customers) if (!(c.id in my.heard)) my.heard[c.id] = c.last;
}

async function another() {
  const v = await send('customer', { do: 'new', text: '' });
  if (v) choose({ customer: v.id });
}

function drawCredit(p) {
  const left = p.credits.open ? new Date(p.credits.until) - now() : 0;
  const open = left > 0;
  const spoke = p.bubbles.length > 0;
  $('phone').classList.toggle('closed', p.following && spoke && !open);
  if (!p.following) $('credit').textContent = '没关注';
  else if (!open && !spoke) $('credit').textContent = '还没来过信';
  else if (!open) $('credit').textContent = '现在客服发不进来';
  else {
    const m = Math.floor(left / 60e3);
    const two = (n) => String(n).padStart(2, '0');
    $('credit').textContent = `还能收 ${p.credits.left} 条 · ${m ? two(Math.floor(m / 60)) + ':' + two(m % 60) : Math.ceil(left / 1e3) + ' 秒'}`;
  }
  $('credit').title = open ? '客人来信后 48 小时内，客服可以主动发 5 条' : '48 小时没来信，微信不让客服主动发；客人说句话就又能收';
}

function drawAway(p) {
  $('away').hidden = p.following;
  $('say-guest').hidden = $('menu').hidden = !p.following;
  if (p.following) return;
  const back = p.bubbles.length > 0;
  $('away').replaceChildren(
    el('p', null, back ? '已取消关注，两边都发不了。' : '还没关注“栖云酒店”。'),
    el('button.wxbtn', { type: 'button', onclick: () => asCustomer({ do: 'follow', key: 'room:1208' }) }, '扫 1208 房间码'),
    el('button.soft', { type: 'button', onclick: () => asCustomer({ do: 'follow' }) }, back ? '重新关注' : '搜到公众号，关注'),
  );
}

function drawMenu(menu) {
  const heads = (menu && menu.button) || [];
  keyed($('menu'), heads, (h) => h.name, (h) => el('button', { type: 'button', onclick: () => openMenu(h) }, h.sub_button ? '≡ ' : '', h.name));
}

function openMenu(head) {
  const up = $('menu-up');
  if (!head.sub_button || !head.sub_button.length) {
    asCustomer({ do: 'menu', key: head.key || head.url });
    return;
  }
  if (!up.hidden && up.dataset.of === head.name) {
    up.hidden = true;
    return;
  }
  up.dataset.of = head.name;
  up.replaceChildren(...head.sub_button.map((b) => el('button', {
    type: 'button',
    onclick: () => {
      up.hidden = true;
      asCustomer({ do: 'menu', key: b.key || b.url });
    },
  }, b.name)));
  up.hidden = false;
}

function bubble(b) {
  if (b.from === 'system' || b.kind === 'event' || b.kind === 'notice') return el('div.notice', null, b.text);
  const mine = b.from === 'customer';
  return el('div.line' + (mine ? '.mine' : ''), null,
    !mine && el('span.avatar.shop', { 'aria-hidden': 'true' }, '栖'),
    el('div.bubble.' + (/^[a-z]+$/.test(b.kind) ? b.kind : 'text'), null, inside(b)));
}

const openPage = (url) => openAs('customer', my.customer, url);

function inside(b) {
  switch (b.kind) {
    case 'image': return [el('img', { src: '/sim' + b.picture, alt: '图片', loading: 'lazy' })];
    case 'voice': return [el('span.wave', null, '语音'), b.text ? el('small', null, b.text) : el('small', null, '没有转成文字')];
    case 'location': return [el('b', null, b.text), el('small', null, '位置')];
    case 'template': return [
      el('b', null, b.title),
      el('dl', null, b.lines.map((l) => [el('dt', null, l.name), el('dd', null, l.value)])),
      b.url && el('button.link.wide', { type: 'button', onclick: () => openPage(b.url) }, '查看详情'),
    ];
    case 'news': return (b.articles || []).map((a) => el('button.link', { type: 'button', onclick: () => safe(a.url) && openPage(a.url) }, a.title));
    case 'msgmenu': return [words(b), el('div.opts', null, (b.options || []).map(option)), b.note && el('span', null, b.note), b.ai && ai()];
  }
  return [words(b), b.ai && ai()];
}

const ai = () => el('small.ai', null, '内容由第三方 AI 生成');
const option = (o) => el('button.opt', { type: 'button', onclick: (e) => tap(e, o) }, o.label);

function words(b) {
  if (!b.parts) return el('span', null, b.text || '');
  return el('span', null, b.parts.map((p) => {
    if (p.key) return option({ key: p.key, label: p.text });
    if (p.url && safe(p.url)) return el('button.link', { type: 'button', onclick: () => openPage(p.url) }, p.text);
    return p.text;
  }));
}

function tap(e, o) {
  e.currentTarget.classList.add('pressed');
  asCustomer({ do: 'tap', key: o.key });
}
