import { $ } from './dom.js';
import { listen, my, remember, show, state, watch } from './link.js';
import { startPhone, drawPhone } from './phone.js';
import { startStaff, drawStaff } from './staff.js';
import { startDesk, drawDesk } from './desk.js';
import { startTop, drawTop } from './top.js';

function turn(to) {
  document.body.dataset.tab = to;
  for (const b of $('bottom').children) b.setAttribute('aria-current', String(b.dataset.to === to));
  for (const id of ['bubbles', 'inbox']) $(id).scrollTop = $(id).scrollHeight;
  show();
}

for (const b of $('bottom').children) b.addEventListener('click', () => turn(b.dataset.to));
turn('guest');
startPhone();
startStaff();
startDesk();
startTop();
for (const draw of [drawPhone, drawStaff, drawDesk, drawTop]) watch(draw);
window.kefu = { get state() { return state; }, my, remember }; // for the tests
listen();
