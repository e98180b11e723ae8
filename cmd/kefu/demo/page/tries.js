// One key for each of the ten situations. A key fills the box only; the person
// sends it. The last ones do something at once.
import { $, el, keyed } from './dom.js';
import { asCustomer, choose, my, now, say, state } from './link.js';
import { guideTo } from './top.js';

const id = (name) => (state.customers.find((c) => c.name === name) || state.customers[0]).id;

function guest(text, who) {
  return () => {
    if (who) choose({ customer: id(who) });
    $('guest-text').value = text;
    $('guest-text').focus();
  };
}

// staff fills the box of a colleague; words are told the case's number.
function staff(find, words, hint) {
  return () => {
    const c = state.cases.find(find);
    if (!c) {
      say(hint);
      return;
    }
    const who = state.staff.find((p) => p.name === c.owner) || state.staff[0];
    choose({ staff: who.id, tab: 'app', ticket: c.id });
    document.body.dataset.tab === 'guest' && guideTo('work');
    $('staff-text').value = words(c.no);
    $('staff-text').focus();
  };
}

const mine = (c) => c.who === (state.customers.find((x) => x.id === my.customer) || {}).name;

// resident is a guest of the house who has nothing open: who calls for a person then
// is heard at night.
function resident() {
  const free = (c) => c.following && ['王女士', '周女士', '赵女士'].includes(c.name)
    && !state.cases.some((x) => x.who === c.name && ['new', 'working', 'waiting'].includes(x.state));
  return (state.customers.find((c) => c.id === my.customer && free(c)) || state.customers.find(free) || {}).name;
}

const night = () => {
  const h = Number(new Date(now()).toLocaleTimeString('en-GB', { hour: '2-digit', timeZone: 'Asia/Shanghai' }).slice(0, 2));
  return h >= 22 || h < 8;
};

const tries = [
  ['1 关注', () => { choose({ customer: id('周女士') }); say('周女士刚到店：点“扫 1208 房间码”。'); }],
  ['2 空调不制冷', guest('1208空调不制冷 打了两次前台都没人来'), 'first'],
  ['3 又来催', guest('都几个小时了！！空调还是不行 你们是不是不想管了 再不处理我发抖音打12315')],
  ['4 问得到', guest('早餐几点 小孩要钱吗')],
  ['5 问不到', guest('你们泳池能带那种很大的充气火烈鸟吗')],
  ['6 夜里要人', () => { guest('转人工', resident())(); night() || say('夜里的样子：先在上面拨钟“到 23:40”，再发送。'); }],
  ['7 问进度', guest('我那个事怎么样了')],
  ['8 办结', staff((c) => mine(c) && c.state === 'working', (no) => `办结 ${no} 已换到 1506，空调正常，果盘随后送到`, '先让这位客人投诉一次，再由员工接单，然后办结。')],
  ['9 窗口过了', () => {
    choose({ customer: id('李先生') });
    staff((c) => c.who === '李先生' && c.state === 'working', (no) => `回 ${no} 已查到您落下的充电器，在前台保管，可寄到府上。`, '李先生的事已经办好了。')();
  }],
  ['10 贵宾', guest('我老客户了 这次房间一股烟味 前台说没房换', '赵女士')],
  ['连发三条', () => asCustomer({ do: 'many', texts: ['在吗', '房间', '1208 空调不制冷'] }), 'now'],
  ['发张图', () => asCustomer({ do: 'picture' }), 'now'],
  ['发语音（无识别）', () => asCustomer({ do: 'voice' }), 'now'],
  ['发位置', () => asCustomer({ do: 'place' }), 'now'],
  ['突发：五位客人说停水', () => {
    asCustomer({ do: 'crowd' });
    const boss = state.staff.find((p) => p.name === '刘峰');
    boss && choose({ staff: boss.id, tab: 'app' });
    say('五位客人都说停水：右边刘峰收到“突发”卡片，写口径、一键发、结束。');
  }, 'now'],
  ['取消关注', () => asCustomer({ do: 'unfollow' }), 'now'],
];

export function drawTries(s) {
  const off = !s.phone.following;
  keyed($('tries'), tries.map(([name], i) => ({ name, i, off })), (t) => t.i, ({ name, i }) => el('button.try' + (tries[i][2] === 'now' ? '.now' : ''), {
    type: 'button', id: tries[i][2] === 'first' ? 'try-first' : '', disabled: off && tries[i][2] === 'now', onclick: () => tries[i][1](),
  }, name));
}
