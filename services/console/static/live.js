// Keeps an open page true. The server draws; this module only asks it to draw again.
//
//   data-part    replaced at once, in place, and marked as new: figures, cells, one row
//   data-later   waits behind the button "n new events": lists, whose rows would move
//   data-quiet   replaced at once without a mark: clocks, the sentence on top

const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const REFRESH_PAUSE = 900;      // ms between two refreshes while events keep coming
const TICK = 60_000;            // ms; clocks move each minute
const SILENCE = 40_000;         // ms; the stream beats every 15 s
const GRACE = 2_500;            // ms until a broken stream is told
const AGAIN = 3_000;            // ms; other lists take an event later than the timeline that told of it

const main = find('main');
const button = find('#fresh');
const state = find('#live-state');
const banner = find('#offline');
const said = find('#said');
const lang = document.documentElement.lang;

let last = Number(main.dataset.last);   // the newest entry that the lists show
let seen = last;
let waiting = 0;
let drawn = null;                       // the newest page that the server has drawn
let trueAt = new Date();
let heardAt = Date.now();

const clock = at => at.toLocaleTimeString('vi-VN', { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: 'Asia/Ho_Chi_Minh' });

function show(connection) {
  state.classList.remove('on', 'off', 'wait');
  state.classList.add(connection);
  find('.live-word', state).textContent = state.dataset[connection];
  banner.hidden = connection !== 'off';
  find('p', banner).textContent = banner.dataset.words.replace('{time}', clock(trueAt));
}

// Replace what has changed. Nothing that the reader is in the middle of is touched.
function replaceParts(page) {
  for (const part of all('[data-part]')) {
    const fresh = find(`[data-part="${CSS.escape(part.dataset.part)}"]`, page);
    if (!fresh || part.contains(document.activeElement) && document.activeElement !== document.body) continue;
    const before = part.cloneNode(true);
    all('.tag-new', before).forEach(tag => tag.remove());  // Ours, not the server's.
    if (before.innerHTML.trim() === fresh.innerHTML.trim()) continue;
    if ('quiet' in part.dataset) part.style.minHeight = part.tagName === 'P' ? `${part.getBoundingClientRect().height}px` : '';
    part.replaceChildren(...fresh.cloneNode(true).childNodes);
    part.className = fresh.className;
    if (!('quiet' in part.dataset)) mark(part);
  }
}

// What is new says so in a word as well, where there is room for one.
function mark(part) {
  part.classList.add('fresh');
  if (part.tagName !== 'TR') return;
  const tag = document.createElement('span');
  tag.className = 'tag-new';
  tag.textContent = main.dataset.new;
  part.lastElementChild.append(tag);
}

function replaceLists(page) {
  for (const list of all('[data-later]')) {
    const fresh = find(`[data-later="${list.dataset.later}"]`, page);
    if (fresh) list.replaceChildren(...fresh.cloneNode(true).childNodes);
  }
  all('[data-entry]').forEach(row => row.classList.toggle('new', Number(row.dataset.entry) > last));
}

async function draw() {
  const answer = await fetch(location.href, { headers: { 'X-Console-Refresh': '1' } });
  if (answer.redirected && new URL(answer.url).pathname.endsWith('/sign-in')) { location.assign(answer.url); return; }
  if (!answer.ok) return;
  drawn = new DOMParser().parseFromString(await answer.text(), 'text/html');
  trueAt = new Date();
  replaceParts(drawn);
}

// One refresh at a time; what comes meanwhile is taken by the next one.
let asked = false;
let drawing = false;
async function refresh() {
  asked = true;
  if (drawing || document.hidden) return;
  drawing = true;
  try {
    while (asked) {
      asked = false;
      await draw();
      await new Promise(resume => setTimeout(resume, REFRESH_PAUSE));
    }
  } catch {
    // The stream tells whether we are offline; the next event or minute asks again.
  } finally {
    drawing = false;
  }
}

button?.addEventListener('click', async () => {
  await draw().catch(() => null);
  if (!drawn) return;
  replaceLists(drawn);
  last = Math.max(seen, Number(find('main', drawn).dataset.last));
  waiting = 0;
  button.hidden = true;
});

function heard() {
  heardAt = Date.now();
  trueAt = new Date();
  clearTimeout(grace);
  show('on');
}

function arrived(event) {
  heard();
  const entry = JSON.parse(event.data);
  if (entry.entry <= seen) return;
  seen = entry.entry;
  waiting += 1;
  if (button) {
    const words = waiting === 1 ? button.dataset.one : button.dataset.many;
    button.textContent = words.replace('{n}', waiting.toLocaleString(lang === 'en' ? 'en-US' : 'vi-VN'));
    button.hidden = false;
  }
  if (main.dataset.live) said.textContent = lang === 'en' ? entry.en : entry.vi;
  refresh();
  clearTimeout(again);
  again = setTimeout(refresh, AGAIN);
}

let again;
let grace;
let stream;
function connect() {
  const subject = main.dataset.live ? `subject=${encodeURIComponent(main.dataset.live)}&` : '';
  stream?.close();
  stream = new EventSource(`/console/live?${subject}after=${seen}`);
  stream.addEventListener('entry', arrived);
  stream.addEventListener('beat', heard);
  stream.addEventListener('error', () => {
    clearTimeout(grace);
    grace = setTimeout(() => show('off'), GRACE);
    // A refusal ends the stream for good; a break does not. Either way somebody keeps trying.
    if (stream.readyState === EventSource.CLOSED) setTimeout(connect, 2 * GRACE);
  });
}

setInterval(() => {
  if (Date.now() - heardAt > SILENCE) { show('off'); connect(); }
}, SILENCE / 4);
setInterval(refresh, TICK);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
addEventListener('pagehide', () => stream.close());
addEventListener('pageshow', event => { if (event.persisted) connect(); });

show('wait');
connect();
