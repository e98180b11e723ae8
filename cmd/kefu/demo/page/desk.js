// The desk between them: the cases, and what happened to the chosen one.
import { $, el, fill, keyed } from './dom.js';
import { choose, my, now, openAs, remember, state } from './link.js';

let newest = '';

export function startDesk() {
  setInterval(() => state && drawList(state), 15e3);
}

export function drawDesk(s) {
  drawJumped(s.jumped);
  follow(s);
  drawList(s);
  drawCase(s);
}

// follow shows a case that has just come, unless another is being read.
function follow(s) {
  const first = s.cases[0];
  if (!first || first.id === newest) return;
  const began = newest !== '';
  newest = first.id;
  if (began || !s.cases.some((c) => c.id === my.ticket)) setTimeout(() => choose({ ticket: first.id }), 0);
}

const order = { new: 0, working: 1, waiting: 2, resolved: 3, closed: 4 };

function drawList(s) {
  const rows = [...s.cases].sort((a, b) => (order[a.state] - order[b.state]) || ((a.until || 9e15) - (b.until || 9e15)));
  const open = rows.filter((c) => order[c.state] < 3).length;
  $('count').textContent = open ? `${open} 件在办` : '都办完了';
  if (!rows.length) {
    $('cases').replaceChildren(el('p.empty', null, '还没有工单。让左边的客人投诉一次，几毫秒后就在这里。'));
    return;
  }
  keyed($('cases'), rows.map((c) => ({ ...c, on: c.id === my.ticket, left: left(c) })), (c) => c.id, (c) => el('button.case' + (c.on ? '.on' : ''), {
    type: 'button', 'aria-pressed': String(c.on), onclick: () => choose({ ticket: c.id }),
  },
  el('span.no', null, c.no),
  el('span.what', null, el('b', null, (c.where ? c.where + ' ' : '') + c.title), el('small', null, c.who + (c.owner ? ' · ' + c.owner + '负责' : ' · 没人接'))),
  el('span.side', null, el('em.' + c.state + (c.major ? '.major' : ''), null, c.major && order[c.state] < 3 ? '重大 · ' + c.says : c.says),
    c.promise && el('small' + (c.left < 0 ? '.late' : c.left < 10 ? '.near' : ''), null, c.promise + (c.left < 0 ? ' 已过' : ' 前')))));
}

const left = (c) => (c.until ? Math.floor((c.until - now()) / 60e3) : 0);

function drawCase(s) {
  const c = s.case;
  if (!c || c.id !== my.ticket) {
    if (!s.cases.length) $('case').replaceChildren();
    return;
  }
  const box = $('case');
  const says = JSON.stringify(c) + my.staff;
  if (box.says === says) return;
  box.says = says;
  const me = s.staff.find((p) => p.id === my.staff) || s.staff[0];
  const log = el('ol.history', null, c.history.map(line));
  fill(box,
    el('div.case-head', null,
      el('h2', { title: '全号 ' + c.full }, `${c.no} ${c.title}`),
      c.link && el('button.soft', { type: 'button', title: '员工从卡片点开的就是这一页', onclick: () => openAs('staff', me.id, c.link) }, `以${me.name}打开工单页`)),
    el('p.facts', null, [c.kind, c.who, c.where, c.owner ? c.owner + '负责' : '没人接', c.promise && '承诺 ' + c.promise + ' 前', c.rating && '评价 ' + c.rating].filter(Boolean).join(' · ')),
    c.result && el('p.result', null, '结果：' + c.result),
    log);
  log.scrollTop = log.scrollHeight;
}

function line(e) {
  return el('li.' + (/^[a-z]+$/.test(e.side) ? e.side : 'inner'), null,
    el('time', null, e.at),
    el('span', null, el('b', null, e.who), ' ', e.what === '说' || e.what === '答' ? '' : e.what + ' ', e.what === '说可以了' ? '' : e.text || ''),
    e.shown && el('small', { title: '客人查进度时看得到' }, '客人可见'));
}

function drawJumped(j) {
  const box = $('jumped');
  const key = JSON.stringify(j);
  if (!j.title || my.read === key) {
    box.hidden = true;
    return;
  }
  box.hidden = false;
  if (box.says === key) return;
  box.says = key;
  const head = j.busy ? `${j.title}：钟在走…` : j.causes && j.causes.length ? '这一跳发生了：' + j.causes.join('、') : '这一跳没有到点的事。';
  box.replaceChildren(
    el('div.case-head', null, el('h2', null, head), !j.busy && el('button.soft.x', {
      type: 'button', 'aria-label': '收起',
      onclick: () => {
        my.read = key;
        remember();
        box.hidden = true;
      },
    }, '收起')),
    el('ul.lines', null, (j.lines || []).map((l) => el('li', null, l))));
}
