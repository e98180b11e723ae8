// The clock and its jumps, faults, first steps, the list of calls, what next.
import { $, el, keyed } from './dom.js';
import { my, now, remember, send, state, stampAhead } from './link.js';

const cn = (ms, opt) => new Date(ms).toLocaleTimeString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai', ...opt });

export function guideTo(tab) {
  const b = document.querySelector(`#bottom [data-to="${tab}"]`);
  if (b && getComputedStyle($('bottom')).display !== 'none') b.click();
}

export function startTop() {
  setInterval(tick, 500);
  $('drawer-head').addEventListener('click', () => {
    $('calls').hidden = !$('calls').hidden;
    $('drawer').classList.toggle('open', !$('calls').hidden);
    if (state) drawCalls(state);
  });
  document.addEventListener('click', (e) => {
    if (!e.target.closest('#faults')) $('faults').open = false;
  });
}

function tick() {
  if (!state) return;
  $('time').textContent = cn(now(), { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

export function drawTop(s) {
  stampAhead();
  tick();
  $('today').textContent = s.today;
  keyed($('jumps'), s.jumps.map((j) => ({ ...j, busy: !!s.jumped.busy })), (j) => j.key, (j) => el('button.jump', {
    type: 'button', disabled: j.busy, onclick: () => {
      guideTo('desk');
      send('clock', { jump: j.key });
    },
  }, j.title));
  keyed($('knobs'), s.knobs, (k) => k.key, (k) => el('button.knob' + (k.on ? '.on' : ''), {
    type: 'button', 'aria-pressed': String(!!k.on), data: { fault: k.key }, onclick: () => send('fault', { key: k.key, on: !k.on }),
  }, el('b', null, k.title), el('small', null, k.see)));
  const on = s.knobs.filter((k) => k.on).length;
  $('faults').firstElementChild.textContent = on ? `故障 ${on}` : '故障';
  $('faults').classList.toggle('on', on > 0);
  walk(s);
  drawStrips(s);
  drawCalls(s);
  drawBottom(s);
}

// walk notes how far the first steps have come: write, claim, answer, close.
function walk(s) {
  const was = JSON.stringify([my.step, my.first, my.done]);
  if (my.step === 1) {
    const c = s.cases.find((x) => x.state === 'new');
    if (c) Object.assign(my, { step: 2, first: c.id });
  }
  const c = s.cases.find((x) => x.id === my.first);
  if (my.step === 2 && c && c.state !== 'new') my.step = 3;
  if (my.step === 3 && c && (c.state === 'resolved' || c.state === 'closed')) my.step = 4;
  if (my.step === 3 && s.case && s.case.id === my.first && s.case.history.some((e) => e.side === 'answer' && e.who !== '小栖')) my.answered = true;
  if (my.step === 4 && !my.done && s.case && s.case.id === my.first && s.case.rating) {
    my.done = true;
    setTimeout(round, 1200);
  }
  if (was !== JSON.stringify([my.step, my.first, my.done])) remember();
  $('try-first')?.classList.toggle('pulse', my.step === 1 && !$('guest-text').value);
  document.querySelector('#say-guest .wxbtn').classList.toggle('pulse', my.step === 1 && !!$('guest-text').value);
  for (const b of document.querySelectorAll('#inbox .press')) {
    b.classList.toggle('pulse', (my.step === 2 && b.dataset.press === '接单') || (my.step === 3 && my.answered && b.dataset.press === '办结'));
  }
  $('staff-text').classList.toggle('pulse', my.step === 3 && !my.answered);
}

const steps = {
  1: ['第 1 步：左边点“2 空调不制冷”，再点“发送”。', '第 1 步：点下面的“2 空调不制冷”，再点“发送”。'],
  2: ['第 2 步：右边小陈收到了卡片，点“接单”。', '第 2 步：到“员工”里，小陈收到了卡片，点“接单”。'],
  3: ['第 3 步：在右下打一句话回她，点卡上的“发送”；办好了点“办结”。', '第 3 步：打一句话回她，点卡上的“发送”；办好了点“办结”。'],
};
const narrow = matchMedia('(max-width: 980px)');

function drawStrips(s) {
  const rows = s.knobs.filter((k) => k.on).map((k) => ({ key: k.key, kind: 'fault', text: `${k.title} · 该看到：${k.see}`, off: true }));
  if (steps[my.step]) rows.push({ key: 'step', kind: 'step', text: steps[my.step][narrow.matches ? 1 : 0] });
  else if (my.step === 4 && !my.done) rows.push({ key: 'step', kind: 'step', text: '最后：换您做客人，点“可以了”，再打个分。' });
  keyed($('strips'), rows, (r) => r.key, (r) => el('div.strip.' + r.kind, null, el('span', null, r.text), el('button', {
    type: 'button',
    onclick: () => {
      if (r.off) {
        send('fault', { key: r.key, on: false });
        return;
      }
      my.step = 9;
      remember();
      drawTop(state);
    },
  }, r.off ? '恢复' : '知道了')));
}

function drawCalls(s) {
  const c = s.calls[0];
  $('drawer-head').replaceChildren(
    el('b', null, $('calls').hidden ? '来往 ▴' : '来往 ▾'),
    ...(c ? [way(c), el('span', null, c.name), el('em' + (c.bad ? '.bad' : ''), null, c.came), el('small', null, c.took + ' 毫秒')] : [el('span', null, '程序和微信之间的每一次来往都列在这里')]));
  if ($('calls').hidden) return;
  $('calls').replaceChildren(el('table', null, el('tbody', null, s.calls.map((x) => el('tr', null,
    el('td', null, x.at), el('td', null, way(x)), el('td', null, x.name), el('td' + (x.bad ? '.bad' : ''), null, x.came), el('td.num', null, x.took + ' 毫秒'))))));
}

const way = (c) => el('i.way.' + (c.way === 'in' ? 'in' : 'out'), { title: c.way === 'in' ? '推给我们' : '我们调用' }, c.way === 'in' ? '→ 来' : '← 去');

function drawBottom(s) {
  const n = {
    guest: s.customers.filter((c) => c.last > (my.heard[c.id] || 0)).length,
    desk: s.cases.filter((c) => c.state === 'new').length,
    work: s.staff.reduce((sum, p) => sum + p.seqs.filter((q) => q > (my.seen[p.id] || 0)).length, 0),
  };
  for (const b of $('bottom').children) b.querySelector('i').textContent = n[b.dataset.to] ? String(n[b.dataset.to]) : '';
}

// round comes once, when a case has gone all the way.
function round() {
  const d = $('round');
  const line = (label, code, note) => el('p', null, label, el('code', null, code), note && el('small', null, note));
  d.replaceChildren(
    el('h2', null, '走完一圈了'),
    el('p', null, '客人说事、员工接单、答复、办结、评价，都是真程序办的；只有微信是模拟的。'),
    line('改一句话术：', state.words, '打开改一句，存盘就换，不用重启；再以客人身份说“你好”。'),
    line('换成自己的：', 'cp kefu.example.yaml kefu.yaml', '公司、员工、账号都写在这一个文件里。'),
    line('接真号：', 'kefu doctor', '照它说的一条条填 kefu.yaml。'),
    el('form', { method: 'dialog' }, el('button.wcbtn', null, '接着试')));
  d.showModal();
}
