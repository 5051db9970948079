// The shell of every page: theme, keys, opening and copying. Pages read well without it.

const root = document.documentElement;
const find = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

root.classList.add('js');

// The server reads the theme from a cookie, so that a page never flashes in the wrong one.
function turnTheme() {
  const dark = root.dataset.theme
    ? root.dataset.theme === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  document.cookie = `ln_theme=${root.dataset.theme}; Path=/console; Max-Age=31536000; SameSite=Lax`;
}

async function copyAddress(button) {
  const words = find('span', button);
  words.dataset.said ??= words.textContent;
  await navigator.clipboard.writeText(location.href);
  words.textContent = button.dataset.done;
  setTimeout(() => { words.textContent = words.dataset.said; }, 2000);
}

// A group of tasks: the heading stays, its lines come and go.
function turnGroup(button) {
  const open = button.getAttribute('aria-expanded') !== 'true';
  button.setAttribute('aria-expanded', String(open));
  button.closest('.grp').classList.toggle('closed', !open);
}

// The row as the server draws it, opened or closed; the address follows.
async function unfold(link) {
  const id = link.dataset.rowId;
  const answer = await fetch(link.href, { headers: { 'X-Console-Refresh': '1' } });
  const fresh = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(id);
  if (!fresh) { location.assign(link.href); return; }
  document.getElementById(id).replaceWith(document.adoptNode(fresh));
  history.replaceState(null, '', link.href.split('#')[0]);
  find('.unfold', document.getElementById(id)).focus({ preventScroll: true });
}

const doings = {
  theme: turnTheme,
  keys: () => find('#keys').showModal(),
  copy: copyAddress,
  group: turnGroup,
  unfold,
};

document.addEventListener('click', event => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  const target = event.target.closest('[data-do]');
  const doing = target && doings[target.dataset.do];
  if (!doing) return;
  if (target.tagName === 'A') event.preventDefault();
  doing(target);
});

// Letters can be switched off (WCAG 2.1.4); the choice stays on this machine.
const letters = find('[data-do="letters"]');
letters.checked = localStorage.getItem('letters') !== 'off';
letters.addEventListener('change', () => localStorage.setItem('letters', letters.checked ? 'on' : 'off'));

// J and K move through rows; the row's own link gets the focus, so Enter opens it.
function step(by) {
  const rows = all('[data-row]').filter(row => row.offsetParent !== null && find('a[href]', row));
  if (!rows.length) return;
  const at = rows.findIndex(row => row.classList.contains('is-here'));
  const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
  rows[at]?.classList.remove('is-here');
  next.classList.add('is-here');
  find('.j-title, th a, td a, a[href]', next).focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

const typing = element => element.matches?.('input:not([type="checkbox"]), textarea, select, [contenteditable]');
const keys = {
  '/': () => find('#q')?.focus(),
  '?': doings.keys,
  j: () => step(1),
  k: () => step(-1),
};

document.addEventListener('keydown', event => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape' && event.target === find('#q')) find('#q').blur();
  if (!letters.checked || typing(event.target) || find('dialog[open]')) return;
  const doing = keys[event.key.length === 1 ? event.key.toLowerCase() : ''];
  if (doing) { event.preventDefault(); doing(); }
});

// The sign-in page lists agencies as soon as an area is chosen.
find('#place')?.addEventListener('change', event => event.currentTarget.requestSubmit());
